export type Limiter = <T>(task: () => Promise<T>) => Promise<T>;

/** Lets at most `size` tasks run at the same time; the others wait in the order they came in. */
export function createLimiter(size: number): Limiter {
	let running = 0;
	const waiting: Array<() => void> = [];

	return async (task) => {
		if (running >= size) await new Promise<void>((resolve) => waiting.push(resolve));
		else running++;
		try {
			return await task();
		} finally {
			const next = waiting.shift();
			// The place is handed over, so that a newcomer cannot take it in between.
			if (next) next();
			else running--;
		}
	};
}
