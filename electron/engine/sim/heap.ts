/** A callback waiting on the virtual clock. `position` is its place in its heap, -1 when in none. */
export interface Timer {
  readonly dueMs: number;
  readonly seq: number;
  readonly label: string;
  readonly background: boolean;
  readonly task: () => void;
  position: number;
}

function before(a: Timer, b: Timer): boolean {
  return a.dueMs !== b.dueMs ? a.dueMs < b.dueMs : a.seq < b.seq;
}

/** Binary heap of timers by due time, then sequence. Removal from the middle is logarithmic: each timer knows its place. */
export class TimerHeap {
  readonly #items: Timer[] = [];

  get size(): number {
    return this.#items.length;
  }

  peek(): Timer | undefined {
    return this.#items[0];
  }

  push(timer: Timer): void {
    this.#items.push(timer);
    this.#up(timer, this.#items.length - 1);
  }

  remove(timer: Timer): void {
    const position = timer.position;
    const last = this.#items.pop();
    timer.position = -1;
    if (last === undefined || last === timer) return;
    const parent = this.#items[(position - 1) >> 1];
    if (position > 0 && parent !== undefined && before(last, parent)) this.#up(last, position);
    else this.#down(last, position);
  }

  #up(timer: Timer, from: number): void {
    let position = from;
    while (position > 0) {
      const parentPosition = (position - 1) >> 1;
      const parent = this.#items[parentPosition];
      if (parent === undefined || !before(timer, parent)) break;
      this.#place(parent, position);
      position = parentPosition;
    }
    this.#place(timer, position);
  }

  #down(timer: Timer, from: number): void {
    let position = from;
    for (;;) {
      let childPosition = position * 2 + 1;
      let child = this.#items[childPosition];
      if (child === undefined) break;
      const right = this.#items[childPosition + 1];
      if (right !== undefined && before(right, child)) {
        child = right;
        childPosition++;
      }
      if (!before(child, timer)) break;
      this.#place(child, position);
      position = childPosition;
    }
    this.#place(timer, position);
  }

  #place(timer: Timer, position: number): void {
    this.#items[position] = timer;
    timer.position = position;
  }
}
