/** Binary heap with removal by key. `compare` must be a total order, so that the order of pops never depends on the shape of the heap. */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #positions = new Map<string, number>();
  readonly #keyOf: (item: T) => string;
  readonly #compare: (a: T, b: T) => number;

  constructor(keyOf: (item: T) => string, compare: (a: T, b: T) => number) {
    this.#keyOf = keyOf;
    this.#compare = compare;
  }

  get size(): number {
    return this.#items.length;
  }

  has(key: string): boolean {
    return this.#positions.has(key);
  }

  get(key: string): T | undefined {
    const position = this.#positions.get(key);
    return position === undefined ? undefined : this.#items[position];
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  /** Adds an item, or puts one of the same key in its place. */
  set(item: T): void {
    const key = this.#keyOf(item);
    const position = this.#positions.get(key) ?? this.#items.length;
    this.#items[position] = item;
    this.#positions.set(key, position);
    this.#down(this.#up(position));
  }

  delete(key: string): T | undefined {
    const position = this.#positions.get(key);
    if (position === undefined) return undefined;
    const removed = this.#items[position]!;
    const last = this.#items.pop()!;
    this.#positions.delete(key);
    if (position < this.#items.length) {
      this.#items[position] = last;
      this.#positions.set(this.#keyOf(last), position);
      this.#down(this.#up(position));
    }
    return removed;
  }

  pop(): T | undefined {
    const top = this.#items[0];
    if (top !== undefined) this.delete(this.#keyOf(top));
    return top;
  }

  /** All items in order. */
  sorted(): T[] {
    return this.#items.toSorted(this.#compare);
  }

  #swap(a: number, b: number): void {
    const first = this.#items[a]!;
    const second = this.#items[b]!;
    this.#items[a] = second;
    this.#items[b] = first;
    this.#positions.set(this.#keyOf(second), a);
    this.#positions.set(this.#keyOf(first), b);
  }

  #up(start: number): number {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#compare(this.#items[at]!, this.#items[parent]!) >= 0) break;
      this.#swap(at, parent);
      at = parent;
    }
    return at;
  }

  #down(start: number): void {
    let at = start;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= this.#items.length) return;
      const right = left + 1;
      const child = right < this.#items.length && this.#compare(this.#items[right]!, this.#items[left]!) < 0 ? right : left;
      if (this.#compare(this.#items[child]!, this.#items[at]!) >= 0) return;
      this.#swap(at, child);
      at = child;
    }
  }
}
