import {
	startSimulator,
	type Environment,
	type Simulator,
	type SimulatorOptions,
	type StoredObject,
} from '../../simulator';
import { startReceiver, type Receiver } from './receiver';

/** A simulator with an agent that asks a server of the test. */
export interface AskingAgent {
	simulator: Simulator;
	/** The server. */
	receiver: Receiver;
	environment: Environment;
	/** Order Follow-up, whose webhook is taken away since it is elsewhere. */
	agent: StoredObject;
	/** Its external action "Look up order". */
	action: StoredObject;
}

/**
 * Starts the simulator once for a test file, and the server for each test.
 *
 * @param options of the simulator; calls are short.
 * @param path below the server's address at which the action asks.
 * @param use hands over what there is, before each test.
 */
export function withAskingAgent(
	options: SimulatorOptions,
	path: string,
	use: (there: AskingAgent) => void,
): void {
	let simulator: Simulator;
	let receiver: Receiver;

	beforeAll(async () => {
		simulator = await startSimulator({ callSeconds: 0.05, ...options });
	});

	beforeEach(async () => {
		receiver = await startReceiver();
		const environment = simulator.environment('default');
		const agent = [...environment.agents.values()][1];
		agent.webhook = null;
		const action = [...environment.actions.values()][1];
		action.config = { ...(action.config as object), url: `${receiver.url}${path}` };
		use({ simulator, receiver, environment, agent, action });
	});

	afterEach(async () => {
		simulator.reset();
		await receiver.close();
	});

	afterAll(async () => {
		await simulator.close();
	});
}
