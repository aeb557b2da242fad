import type { StoredCall } from '../model/objects';
import type { SimulatorState } from '../state';

/** The time between two resets: whatever is played waits here, and ends with it. */
export class Session {
	private readonly stopping = new AbortController();
	private readonly sleeping = new Set<{ call: StoredCall; wake: () => void }>();
	/** Aborted when nothing more is to be sent. */
	readonly signal = this.stopping.signal;

	constructor(readonly state: SimulatorState) {}

	/** Lets all that waits for a call look again at once, since something has happened in it. */
	wake(call: StoredCall): void {
		for (const sleeper of this.sleeping) if (sleeper.call === call) sleeper.wake();
	}

	/** Cancels all that is to come or on its way, for good. */
	stop(): void {
		this.stopping.abort();
		for (const { wake } of this.sleeping) wake();
	}

	/**
	 * Sleeps without keeping the process alive; shorter when something happens in the call or everything stops.
	 * @param time epoch milliseconds to wake up at; Infinity to sleep until something happens
	 */
	async sleep(call: StoredCall, time: number): Promise<void> {
		await new Promise<void>((resolve) => {
			const wake = () => {
				clearTimeout(timer);
				this.sleeping.delete(sleeper);
				resolve();
			};
			const sleeper = { call, wake };
			const timer =
				time === Infinity
					? undefined
					: setTimeout(wake, Math.max(time - Date.now(), 0)).unref();
			this.sleeping.add(sleeper);
		});
	}
}
