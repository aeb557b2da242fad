import { playAsks } from './asking';
import { startCall } from './calls';
import { scriptFor } from './scripts';
import type { SimulatorState } from './state';
import type { Environment, StoredCall } from './store';
import { playEvents, webhooksOf } from './webhooks';

/** Plays calls in real time, until it is stopped: sends their events, and lets their agents ask. */
export class CallPlayer {
	private readonly stopping = new AbortController();
	private readonly playing = new Set<Promise<void>>();
	private readonly sleeping = new Set<{ call: StoredCall; wake: () => void }>();
	/** Aborted when nothing more is to be sent. */
	readonly signal = this.stopping.signal;

	constructor(readonly state: SimulatorState) {}

	/** Begins to play a call that was just placed. */
	start(environment: Environment, call: StoredCall, now: number): void {
		const { callSeconds, scriptOf, switches } = this.state;
		const canAsk = environment.externalActionsOf(call).length > 0;
		const script = { ...scriptFor(call, canAsk), ...scriptOf?.(call) };
		if (!script.pickedUp) delete script.asks;
		const recorded = environment.agentOf(call)?.enable_recording !== false;
		startCall(call, { now, callSeconds, script, recorded }, switches);
		const progress = call.progress!;
		for (const webhookId of webhooksOf(environment, call, switches)) {
			this.play(playEvents(this, environment, call, progress, webhookId));
		}
		if (script.asks !== undefined) this.play(playAsks(this, environment, call, progress));
	}

	private play(part: Promise<void>): void {
		const playing = part.finally(() => this.playing.delete(playing));
		this.playing.add(playing);
	}

	/** Lets all that waits for a call look again at once, since something has happened in it. */
	wake(call: StoredCall): void {
		for (const sleeper of this.sleeping) if (sleeper.call === call) sleeper.wake();
	}

	/** Waits until the calls placed so far have nothing more to send. */
	async finished(): Promise<void> {
		while (this.playing.size > 0) await Promise.all(this.playing);
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
