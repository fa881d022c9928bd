export { badMessage, dispatch, dispatchUnknown } from './dispatch.ts';
export type { FrameStream } from './frameStream.ts';
export { printProblem } from './problems.ts';
export { Session } from './session.ts';
export type { Dialogs, SessionServices, Wall } from './types.ts';
export { nodeWall } from './wall.ts';
