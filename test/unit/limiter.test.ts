import { createLimiter, createStagger } from '../../nodes/shared/api/limiter';

test('runs at most so many tasks at once, in the order they came in', async () => {
	const limit = createLimiter(3);
	const started: number[] = [];
	let running = 0;
	let most = 0;
	const results = await Promise.all(
		Array.from(
			{ length: 20 },
			async (_, i) =>
				await limit(async () => {
					started.push(i);
					most = Math.max(most, ++running);
					await new Promise((resolve) => setTimeout(resolve, 20 - i));
					running--;
					return i;
				}),
		),
	);
	expect(most).toBe(3);
	expect(started).toEqual(results);
});

test('a task that throws frees its place', async () => {
	const limit = createLimiter(1);
	const failing = limit(async () => await Promise.reject(new Error('no')));
	const next = limit(async () => await Promise.resolve('done'));
	await expect(failing).rejects.toThrow('no');
	await expect(next).resolves.toBe('done');
});

test('few tasks start at the same moment, and all of them soon', async () => {
	const stagger = createStagger(new AbortController().signal);
	const starts: number[] = [];
	let turn = 0;
	const clock = setInterval(() => turn++, 0);
	await Promise.all(
		Array.from({ length: 21 }, async () => {
			await stagger();
			starts.push(turn);
		}),
	);
	clearInterval(clock);
	expect(starts).toEqual(starts.toSorted((a, b) => a - b));
	const together = starts.map((start) => starts.filter((other) => other === start).length);
	expect(Math.max(...together)).toBeLessThan(6);

	// After a pause, there is nothing to wait for.
	await new Promise((resolve) => setTimeout(resolve, 5));
	let isStarted = false;
	void stagger().then(() => (isStarted = true));
	await Promise.resolve();
	await Promise.resolve();
	expect(isStarted).toBe(true);
});

test('when it ends, all go on at once', async () => {
	const end = new AbortController();
	const stagger = createStagger(end.signal);
	const waiting = Promise.all(Array.from({ length: 10_000 }, stagger));
	end.abort();
	const since = Date.now();
	await waiting;
	await stagger();
	expect(Date.now() - since).toBeLessThan(500);
});
