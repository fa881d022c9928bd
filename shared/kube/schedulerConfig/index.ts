export * from './plugins.ts';
export * from './profiles.ts';
export * from './types.ts';
export { validateConfiguration, validateSchedulers, withoutNulls } from './validate.ts';
