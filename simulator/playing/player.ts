import { startCall } from '../model/calls';
import type { Environment } from '../model/environment';
import type { StoredCall } from '../model/objects';
import { scriptFor } from '../model/scripts';
import { playAsks } from './externalActions';
import { Session } from './session';
import { playEvents, webhooksOf } from './webhooks';

/** Plays calls in real time, until it is stopped: sends their events, and lets their agents ask. */
export class CallPlayer extends Session {
	private readonly playing = new Set<Promise<void>>();

	/** Begins to play a call that was just placed. */
	start(environment: Environment, call: StoredCall, now: number): void {
		const { callSeconds, scriptOf, switches } = this.state;
		const canAsk = environment.externalActionsOf(call).length > 0;
		const script = { ...scriptFor(call, canAsk), ...scriptOf?.(call) };
		if (!script.pickedUp) delete script.asks;
		const recorded = environment.agentOf(call)?.enable_recording !== false;
		const startTime = switches.newCallStartTime === 'set' ? now : null;
		startCall(call, { now, callSeconds, script, recorded, startTime });
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

	/** Waits until the calls placed so far have nothing more to send. */
	async finished(): Promise<void> {
		while (this.playing.size > 0) await Promise.all(this.playing);
	}
}
