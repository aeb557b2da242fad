/**
 * Watches for how long the event loop is held up. What counts is the time for which this thread computes
 * between two looks, so that a busy machine, which lets it wait, holds nothing up.
 */
export class BlockWatch {
	/** Milliseconds computed between two looks, the longest ones. */
	turns: number[] = [];

	private last = this.now();

	private readonly timer = setInterval(() => {
		const { wall, cpu } = this.now();
		this.turns.push(Math.min(wall - this.last.wall, cpu - this.last.cpu));
		this.last = { wall, cpu };
	}, 5);

	/** The longest time in milliseconds. */
	get longest(): number {
		return Math.max(0, ...this.turns);
	}

	restart(): void {
		this.turns = [];
		this.last = this.now();
	}

	stop(): void {
		clearInterval(this.timer);
	}

	/** @returns milliseconds. */
	private now(): { wall: number; cpu: number } {
		const { user, system } = process.threadCpuUsage();
		return { wall: performance.now(), cpu: (user + system) / 1000 };
	}
}
