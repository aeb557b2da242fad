import type { INode } from 'n8n-workflow';

import type { SavedWorkflow, TriggerServer } from '../../engine/triggerServer';
import type { RequestRecord } from '../../simulator';
import { simulator } from '../support/harness';
import {
	actionIdsOf,
	actionsTo,
	actionTrigger,
	endpointOf,
	liveSettings,
	liveWorkflow,
	lookupTrigger,
} from '../support/liveHarness';
import {
	counting,
	edited,
	environment,
	hasWritten,
	seededAgents,
	startServer,
	tidyUp,
} from '../support/triggerHarness';

type Kind = 'action' | 'callerLookup';
type Act = (server: TriggerServer, workflow: SavedWorkflow) => Promise<void>;

/** What is interrupted, what was done before, and the version that is wanted in the end. */
interface Step {
	prepare: Act;
	act: Act;
	final?: (workflow: SavedWorkflow) => SavedWorkflow;
}

const nothing: Act = async () => {};
const publish: Act = async (server, workflow) => await server.activate(workflow);
const listen: Act = async (server, workflow) => await server.listen(workflow);

/** The first agent goes, the last one comes. */
const changed = (workflow: SavedWorkflow) =>
	edited(workflow, { agents: seededAgents().slice(1), actionName: 'changed' });

const ofOtherType = (workflow: SavedWorkflow) => {
	const isAction = workflow.nodes[0].parameters.requestType === 'action';
	return edited(workflow, { requestType: isAction ? 'callerLookup' : 'action' });
};

const publishing = (final: NonNullable<Step['final']>): Step => ({
	prepare: publish,
	act: async (server, workflow) => await server.activate(final(workflow), 'update'),
	final,
});

const steps: Record<string, Step> = {
	publishing: { prepare: nothing, act: publish },
	'publishing a change': publishing(changed),
	'publishing another request type': publishing(ofOtherType),
	unpublishing: {
		prepare: publish,
		act: async (server, { id }) => await server.deactivate(id),
	},
	listening: { prepare: publish, act: listen },
	'the end of listening': {
		async prepare(server, workflow) {
			await publish(server, workflow);
			await listen(server, workflow);
		},
		act: async (server, { id }) => await server.stopListening(id),
	},
};

const triggers: Record<Kind, (agents: string[]) => INode> = {
	action: (agents) => actionTrigger({ agents, ifAttached: 'replace' }),
	callerLookup: (agents) =>
		lookupTrigger({
			agents,
			ifAttached: 'replace',
			actionName: 'find_order',
			actionDescription: 'Always.',
		}),
};

async function sceneOf(kind: Kind, { prepare }: Step, generation: 1 | 2 = 2) {
	simulator.reset();
	const [first, , last] = seededAgents();
	const start = liveSettings();
	const server = await startServer({ generation });
	const workflow = liveWorkflow(triggers[kind]([first, last]));
	await prepare(server, workflow);
	return { server, workflow, start };
}

/** The requests of a step that nothing interrupts. */
async function requestsOf(kind: Kind, step: Step): Promise<RequestRecord[]> {
	const { server, workflow } = await sceneOf(kind, step);
	const before = simulator.requests.length;
	await step.act(server, workflow);
	return simulator.requests.slice(before);
}

/**
 * Where a step may be interrupted: at its start, and after each of its writes. Before the next one, between
 * two reads, and after a write that is refused, Fluents.ai holds the same.
 */
async function interruptionsOf(kind: Kind, step: Step) {
	const requests = await requestsOf(kind, step);
	const writes = requests.flatMap((request, i) => (hasWritten(request) ? [i + 1] : []));
	const points = [
		{ number: 1, when: 'before' as const },
		...writes.map((number) => ({ number, when: 'after' as const })),
	];
	// Each of the two generations meets each of the two ways to go on.
	return points.map((point, i) => ({
		...point,
		generation: i % 2 === 0 ? (1 as const) : (2 as const),
		isRestarted: i % 4 < 2,
	}));
}

/** On each agent that is to have it, once, and on no other. */
function expectRegistered(server: TriggerServer, { nodes: [{ parameters }] }: SavedWorkflow): void {
	const wanted = parameters.agents as string[];
	const isAction = parameters.requestType === 'action';
	const actions = actionsTo(server).map(({ id }) => id);
	expect(actions).toHaveLength(isAction ? 1 : 0);
	for (const agent of environment().agents.keys()) {
		const isWanted = wanted.includes(agent);
		const own = actionIdsOf(agent).filter((id) => actions.includes(id));
		expect(own).toHaveLength(isAction && isWanted ? 1 : 0);
		const endpoint = String(endpointOf(agent));
		expect(endpoint.startsWith(server.url)).toBe(!isAction && isWanted);
	}
}

describe.each(['action', 'callerLookup'] as const)('%s', (kind) => {
	describe.each(Object.entries(steps))('during %s', (name, step) => {
		const { final = (workflow: SavedWorkflow) => workflow } = step;

		test('n8n may be killed at any request', async () => {
			for (const interruption of await interruptionsOf(kind, step)) {
				const { number, when, generation, isRestarted } = interruption;
				const { server, workflow, start } = await sceneOf(kind, step, generation);
				const match = counting((count) => {
					if (count === number) server.kill();
					return count === number && when === 'before';
				});
				simulator.faults.add({ match, status: 500 });
				await expect(step.act(server, workflow)).rejects.toThrow('n8n was killed');
				simulator.faults.clear();

				if (isRestarted) await server.restart();
				// n8n 2 forgets that somebody listened, and does not look after what is published.
				const isHealed = isRestarted && (generation === 1 || !name.includes('listening'));
				const version = server.published(workflow.id);
				if (isHealed && version) {
					expectRegistered(server, version);
					await server.deactivate(workflow.id);
				}
				if (!isHealed) await tidyUp(server, [final(workflow)]);
				expect({ interruption, ...liveSettings() }).toEqual({ interruption, ...start });
			}
		});

		test('Fluents.ai may fail from any request on, or refuse the key', async () => {
			for (const { number, when } of await interruptionsOf(kind, step)) {
				const { server, workflow, start } = await sceneOf(kind, step);
				const match = counting((count) => count >= number);
				if (when === 'after') simulator.faults.add({ match, when, status: 500 });
				const status = number % 2 === 0 ? 500 : 401;
				simulator.faults.add({ match, status, times: Infinity });
				await expect(step.act(server, workflow)).rejects.toThrow();
				simulator.faults.clear();

				await tidyUp(server, [final(workflow)]);
				expect({ number, when, ...liveSettings() }).toEqual({ number, when, ...start });
			}
		});

		// Listening does the same, and each lost answer takes a second.
		if (name.includes('listening')) return;

		test('any answer may be lost', async () => {
			for (const [index, { method }] of (await requestsOf(kind, step)).entries()) {
				if (method === 'GET') continue;
				const { server, workflow, start } = await sceneOf(kind, step);
				const match = counting((count) => count === index + 1);
				simulator.faults.add({ match, when: 'after', reset: true });
				await step.act(server, workflow);

				if (name.startsWith('publishing')) expectRegistered(server, final(workflow));
				await tidyUp(server, [final(workflow)]);
				expect({ index, ...liveSettings() }).toEqual({ index, ...start });
			}
		});
	});
});
