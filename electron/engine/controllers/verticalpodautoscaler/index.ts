export { createVpaRecommender } from './recommender.ts';
export { createVpaUpdater } from './updater.ts';
