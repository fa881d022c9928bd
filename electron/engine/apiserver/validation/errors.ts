export * from '#shared/kube/fieldErrors.ts';
