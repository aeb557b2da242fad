import fc from 'fast-check';

import type { SavedWorkflow, TriggerServer } from '../../engine/triggerServer';
import type { StoredObject } from '../../simulator';
import { simulator } from '../support/harness';
import {
	actionIdsOf,
	actionsTo,
	actionTrigger,
	endpointOf,
	liveSettings,
	liveWorkflow,
} from '../support/liveHarness';
import { edited, environment, startServer, tidyUp } from '../support/triggerHarness';

const WORKFLOWS = 3;
const AGENTS = 4;

const workflow = fc.nat({ max: WORKFLOWS - 1 });

/** What a user may set, with agents as numbers. */
const settings = fc.record({
	requestType: fc.constantFrom('action', 'callerLookup'),
	agents: fc.uniqueArray(fc.nat({ max: AGENTS - 1 }), { minLength: 1, maxLength: AGENTS - 1 }),
	ifAttached: fc.constantFrom('replace', 'replace', 'fail'),
	actionName: fc.constantFrom('one', 'two'),
});

/** What goes wrong at one of the next requests, the first one being 1. */
const trouble = fc.option(
	fc.record({
		request: fc.integer({ min: 1, max: 14 }),
		kind: fc.constantFrom('killed', 'killed after it', 'refused', 'answer lost', 'down'),
	}),
	{ freq: 1 },
);

const step = fc.oneof(
	fc.record({ type: fc.constantFrom('publish', 'listen'), workflow, settings, trouble }),
	fc.record({ type: fc.constantFrom('unpublish', 'stop listening'), workflow, trouble }),
	fc.record({ type: fc.constantFrom('unpublish all', 'restart', 'somebody adds'), trouble }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Trouble = Step['trouble'];

/** Lets the next requests run into trouble. */
function prepare(server: TriggerServer, coming: Trouble): void {
	if (!coming) return;
	const { kind, request } = coming;
	let count = 0;
	const isHit = () => ++count === request;
	switch (kind) {
		case 'refused':
			return simulator.faults.add({ match: isHit, status: 400 });
		case 'answer lost':
			return simulator.faults.add({ match: isHit, when: 'after', reset: true });
		case 'down':
			return simulator.faults.add({
				match: () => ++count >= request,
				status: 500,
				times: Infinity,
			});
		default:
			return simulator.faults.add({
				match: () => {
					const isNow = isHit();
					if (isNow) server.kill();
					return isNow && kind === 'killed';
				},
				status: 500,
			});
	}
}

async function act(server: TriggerServer, workflows: SavedWorkflow[], doing: Step): Promise<void> {
	const unpublish = async (some: SavedWorkflow[]) => {
		const published = some.filter(({ id }) => server.published(id));
		await Promise.all(published.map(async ({ id }) => await server.deactivate(id)));
	};
	const chosen = 'workflow' in doing ? workflows[doing.workflow] : workflows[0];
	switch (doing.type) {
		case 'publish':
			return await server.activate(chosen, 'update');
		case 'listen':
			return await server.listen(chosen);
		case 'stop listening':
			return await server.stopListening(chosen.id);
		case 'unpublish':
			return await unpublish([chosen]);
		case 'unpublish all':
			return await unpublish(workflows);
		case 'restart':
			server.kill();
			return await server.restart();
	}
}

/** What publishing says is there. */
function expectRegistered(server: TriggerServer, { nodes: [node] }: SavedWorkflow): void {
	const { agents, requestType } = node.parameters as { agents: string[]; requestType: string };
	const [action, ...others] = actionsTo(server, node, 'webhook');
	expect([others, Boolean(action)]).toEqual([[], requestType === 'action']);
	for (const agent of agents) {
		if (action) expect(actionIdsOf(agent)).toContain(action.id);
		else expect(decodeURIComponent(String(endpointOf(agent)))).toContain(node.webhookId);
	}
}

/** Four agents, two of them with context endpoints of somebody else. */
function setScene(): { agents: string[]; other: StoredObject } {
	simulator.reset();
	const [extra] = environment().addAgents(1);
	Object.assign(extra, { context_endpoint: 'https://other.example.com/?a=1&b=%2F#c' });
	const [action] = environment().actions.values();
	const other = environment().add('actions', { ...structuredClone(action), id: 'other' });
	return { agents: [...environment().agents.keys()], other };
}

test.each([
	[1, 10],
	[2, 20],
] as const)(
	'whatever happens to n8n %i, nothing is left in the end',
	async (generation, numRuns) => {
		const property = fc.asyncProperty(
			fc.array(step, { minLength: 2, maxLength: 8 }),
			async (doings) => {
				const { agents, other } = setScene();
				const start = liveSettings();
				const server = await startServer({ generation });
				const workflows = Array.from({ length: WORKFLOWS }, (_, index) => {
					const node = actionTrigger({ agents: agents.slice(0, 1) });
					return liveWorkflow(node, [], { name: `Workflow ${index}` });
				});
				for (const doing of doings) {
					if ('settings' in doing) {
						const { agents: numbers, actionName, ...others } = doing.settings;
						// Of two actions of one name on an agent, the second is refused.
						const rest = { ...others, actionName: `${actionName}_${doing.workflow}` };
						const chosen = agents.filter((_, agent) => numbers.includes(agent));
						workflows[doing.workflow] = edited(workflows[doing.workflow], {
							...rest,
							agents: chosen,
						});
					}
					if (doing.type === 'somebody adds') {
						addTo(agents[0], other.id);
						addTo(agents[0], other.id, start.agents[0]);
					}
					prepare(server, doing.trouble);
					const failure = await act(server, workflows, doing).then(
						() => undefined,
						(error: Error) => error,
					);
					simulator.faults.clear();
					if (failure?.message === 'n8n was killed') await server.restart();
					else if (doing.type === 'publish' && !failure) {
						const { workflow: index } = doing as { workflow: number };
						expectRegistered(server, workflows[index]);
					}
				}
				await tidyUp(server, workflows);
				expect(byPlace(liveSettings())).toEqual(byPlace(start));
				await server.close();
			},
		);
		// A failure tells its seed; put it here, with its path, to see it again.
		await fc.assert(property, { numRuns, endOnFailure: true });
	},
	60_000,
);

/** Somebody else gives an agent an action, unless it has it; what was there before, too. */
function addTo(agentId: string, action: string, start?: StoredObject): void {
	const agent = start ?? (environment().agents.get(agentId) as StoredObject);
	const actions = agent.actions as string[];
	if (!actions.includes(action)) agent.actions = [...actions, action];
}

/** Actions of agents without their order, which those who add some in between change. */
function byPlace({ actions, agents }: ReturnType<typeof liveSettings>) {
	const sorted = agents.map((agent) => ({
		...agent,
		actions: [...(agent.actions as string[])].sort(),
	}));
	return { actions, agents: sorted };
}
