import { TestEnvironment as NodeEnvironment } from 'jest-environment-node';

import { Engine } from '../../engine';
import { ephemeralToolOf, toolOf } from '../../engine/tools';
import { TriggerServer } from '../../engine/triggerServer';
import { startSimulator, type Simulator, type Switches } from '../../simulator';
import { clock } from './clock';

/**
 * Switches on which the node is not right yet, held on the other truth until it is. Nothing else may
 * stand here.
 */
const pending: Record<'a' | 'b', Partial<Switches>> = {
	a: {},
	b: {},
};

const MINUTE = 60_000;

/**
 * Gives the tests n8n's engine, its server for triggers and a simulator of the API. They live outside
 * of jest's sandbox, as they do in production, and the engine is loaded once per worker instead of
 * once per file.
 */
let loading: Promise<Engine> | undefined;

export default class FluentsEnvironment extends NodeEnvironment {
	private readonly truth: 'a' | 'b';

	private simulator: Simulator | undefined;

	constructor(...args: ConstructorParameters<typeof NodeEnvironment>) {
		super(...args);
		this.truth = args[0].projectConfig.testEnvironmentOptions.truth === 'b' ? 'b' : 'a';
	}

	override async setup(): Promise<void> {
		await super.setup();
		loading ??= Engine.load();
		this.simulator = await startSimulator({
			truth: this.truth,
			switches: pending[this.truth],
			validateResponses: true,
			callSeconds: 1,
		});
		Object.assign(this.global, {
			engine: await loading,
			clock,
			simulator: this.simulator,
			truth: this.truth,
			TriggerServer,
			toolOf,
			ephemeralToolOf,
		});
	}

	/**
	 * While tests run, they and all that they call skip the time in which nothing happens. Each test begins a
	 * minute after the one before, when the nodes have forgotten what they found out about the server.
	 */
	handleTestEvent({ name }: { name: string }): void {
		if (name === 'setup')
			clock.start([globalThis, this.global as unknown as typeof globalThis]);
		if (name === 'test_start') clock.advance(MINUTE);
		if (name === 'teardown') clock.stop();
	}

	override async teardown(): Promise<void> {
		await this.simulator?.close();
		await super.teardown();
	}
}
