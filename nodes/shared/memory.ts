/** Keeps values in this process: for a while, and only so many of them. */
export class Memory<T> {
	private readonly entries = new Map<string, { value: T; until: number }>();

	/**
	 * @param size how many values are kept; the oldest goes first.
	 * @param lifetime of a value, in milliseconds.
	 */
	constructor(
		private readonly size: number,
		private readonly lifetime: number,
	) {}

	get(key: string): T | undefined {
		const entry = this.entries.get(key);
		return entry && entry.until > Date.now() ? entry.value : undefined;
	}

	set(key: string, value: T): void {
		this.entries.delete(key);
		this.entries.set(key, { value, until: Date.now() + this.lifetime });
		if (this.entries.size <= this.size) return;
		const [oldest] = this.entries.keys();
		this.entries.delete(oldest);
	}

	delete(key: string): void {
		this.entries.delete(key);
	}
}
