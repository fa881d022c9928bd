import { config } from 'zod';

/** Imported before anything that makes schemas: without this zod tries `new Function`, which the content security policy reports. */
config({ jitless: true });
