import { once } from 'node:events';

/** Ctrl+C, the end of a service, a closed terminal, and Ctrl+Break on Windows. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const;

/**
 * Does a task until it ends, fails, or somebody interrupts it, and then ends what it has started. Until that is
 * done, further signals do nothing: npm passes Ctrl+C on, and people press it twice.
 *
 * @param task adds how to end what it has started, in the order of ending; `interrupted` fires on Ctrl+C.
 * @returns whether it was interrupted.
 * @throws what `task` throws.
 */
export async function untilInterrupted(
	task: (closing: Array<() => Promise<void>>, interrupted: AbortSignal) => Promise<void>,
): Promise<boolean> {
	const interrupted = new AbortController();
	const interrupt = () => interrupted.abort();
	for (const signal of SIGNALS) process.on(signal, interrupt);
	const closing: Array<() => Promise<void>> = [];
	try {
		const work = task(closing, interrupted.signal);
		await Promise.race([work, once(interrupted.signal, 'abort')]);
	} finally {
		for (const close of closing) await close();
		for (const signal of SIGNALS) process.off(signal, interrupt);
	}
	return interrupted.signal.aborted;
}
