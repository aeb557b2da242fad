import { brokenSchemaIn } from '../model/brokenSchema';
import { startCall } from '../model/calls';
import type { Environment } from '../model/environment';
import type { StoredCall } from '../model/objects';
import { failing, scriptFor } from '../model/scripts';
import { playAsks } from './externalActions';
import { Session } from './session';
import { playEvents, webhooksOf } from './webhooks';

/** Plays calls in real time, until it is stopped: sends their events, and lets their agents ask. */
export class CallPlayer extends Session {
	private readonly playing = new Set<Promise<void>>();

	/** Begins to play a call that was just placed. */
	start(environment: Environment, call: StoredCall, now: number): void {
		const { callSeconds, quirks, scriptOf, switches } = this.state;
		const external = environment.externalActionsOf(call);
		const broken = switches.brokenSchema === 'callFails' ? brokenSchemaIn(external) : undefined;
		const script = {
			...scriptFor(call, external.length > 0),
			...scriptOf?.(call),
			...(broken !== undefined && failing(broken)),
		};
		if (!script.pickedUp) delete script.asks;
		const recorded = environment.agentOf(call)?.enable_recording !== false;
		const startTime = switches.newCallStartTime === 'set' ? now : null;
		startCall(call, {
			now,
			callSeconds,
			script,
			recorded,
			startTime,
			lagMs: quirks.callLagMs ?? 0,
		});
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
