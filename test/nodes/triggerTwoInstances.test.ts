import fc from 'fast-check';

import type { SavedWorkflow, TriggerServer } from '../../engine/triggerServer';
import type { StoredObject } from '../../simulator';
import { simulator } from '../support/harness';
import { actionTrigger, lookupTrigger } from '../support/liveHarness';
import {
	counting,
	edited,
	environment,
	startServer,
	tidyUp,
	trigger,
	workflowOf,
} from '../support/triggerHarness';

/**
 * Two n8n with the same workflows in one environment, which crash, and people who change agents: in the end,
 * everything is as people have left it.
 */

const AGENTS = 3;

const makers = [trigger, actionTrigger, lookupTrigger];

const workflow = fc.nat({ max: makers.length - 1 });
const server = fc.nat({ max: 1 });
const agent = fc.nat({ max: AGENTS - 1 });

const trouble = fc.option(
	fc.record({
		request: fc.integer({ min: 1, max: 20 }),
		kind: fc.constantFrom('killed', 'killed after it', 'refused', 'answer lost', 'down'),
	}),
	{ freq: 2 },
);

const step = fc.oneof(
	{
		weight: 4,
		arbitrary: fc.record({
			type: fc.constantFrom('publish', 'publish', 'listen'),
			server,
			workflow,
			agents: fc.uniqueArray(agent, { minLength: 1, maxLength: AGENTS }),
			ifAttached: fc.constantFrom('replace', 'fail'),
			trouble,
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			type: fc.constantFrom('unpublish', 'stop listening', 'restart'),
			server,
			workflow,
			trouble,
		}),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			type: fc.constantFrom('webhook', 'context_endpoint', 'actions'),
			agent,
			isSet: fc.boolean(),
		}),
	},
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Doing = Extract<Step, { server: number }>;

function prepare(n8n: TriggerServer, coming: Doing['trouble']): void {
	if (!coming) return;
	const { kind, request } = coming;
	const { faults } = simulator;
	if (kind === 'down') {
		const match = counting((count) => count >= request);
		return faults.add({ match, status: 500, times: Infinity });
	}
	const match = counting((count) => {
		const isNow = count === request;
		if (isNow && kind.startsWith('killed')) n8n.kill();
		return isNow && kind !== 'killed after it';
	});
	if (kind === 'answer lost') return faults.add({ match, when: 'after', reset: true });
	faults.add({ match, status: kind === 'refused' ? 400 : 500 });
}

async function act(n8n: TriggerServer, saved: SavedWorkflow, { type }: Doing): Promise<void> {
	switch (type) {
		case 'publish':
			return await n8n.activate(saved, 'update');
		case 'listen':
			return await n8n.listen(saved);
		case 'stop listening':
			return await n8n.stopListening(saved.id);
		case 'unpublish':
			return n8n.published(saved.id) ? await n8n.deactivate(saved.id) : undefined;
		default:
			n8n.kill();
			return await n8n.restart();
	}
}

/** Three agents, some with webhooks, actions and endpoints of somebody else, and what people may give them. */
function setScene() {
	simulator.reset();
	const [webhook] = environment().webhooks.values();
	environment().add('webhooks', { ...structuredClone(webhook), id: 'other', label: 'Other' });
	const [action] = environment().actions.values();
	environment().add('actions', { ...structuredClone(action), id: 'extra', label: 'Extra' });
	return [...environment().agents.keys()];
}

/** What people see of an agent. The order of its actions may change. */
function shownOf({ id, webhook, actions, context_endpoint }: StoredObject) {
	return { id, webhook, actions: [...(actions as string[])].sort(), context_endpoint };
}

const ids = (kind: 'webhooks' | 'actions') => [...environment()[kind].keys()].sort();

/** A person changes a field of an agent; `expected` learns of it. */
function change(
	agentId: string,
	{ type, isSet }: { type: string; isSet: boolean },
	expected: Map<string, ReturnType<typeof shownOf>>,
): void {
	const target = environment().agents.get(agentId) as StoredObject;
	const wanted = expected.get(agentId) as ReturnType<typeof shownOf>;
	if (type === 'actions') {
		const others = (list: string[]) => list.filter((id) => id !== 'extra');
		const added = isSet ? ['extra'] : [];
		target.actions = [...others(target.actions as string[]), ...added];
		wanted.actions = [...others(wanted.actions), ...added].sort();
		return;
	}
	const value = type === 'webhook' ? 'other' : 'https://new.example.com/who';
	const set = isSet ? value : null;
	Object.assign(target, { [type]: set });
	Object.assign(wanted, { [type]: set });
}

test.each([
	['different', 'fedcba9876543210'],
	['equal', undefined],
])(
	'with %s instance IDs, everything is in the end as people have left it',
	async (_what, instanceId) => {
		const property = fc.asyncProperty(
			fc.array(step, { minLength: 3, maxLength: 10 }),
			async (steps) => {
				const agents = setScene();
				const kept = [ids('webhooks'), ids('actions')];
				const expected = new Map(
					[...environment().agents].map(([id, one]) => [id, shownOf(one)]),
				);
				const servers = [await startServer(), await startServer({ instanceId })];
				const workflows = makers.map((make, i) => {
					const node = make({ agents: agents.slice(0, 1), actionName: 'find_order' });
					return workflowOf(node, { name: `Workflow ${i}` });
				});
				for (const doing of steps) {
					if (!('server' in doing)) {
						change(agents[doing.agent], doing, expected);
						continue;
					}
					const n8n = servers[doing.server];
					if ('agents' in doing) {
						const { ifAttached, agents: numbers } = doing;
						workflows[doing.workflow] = edited(workflows[doing.workflow], {
							ifAttached,
							agents: agents.filter((_, i) => numbers.includes(i)),
						});
					}
					prepare(n8n, doing.trouble);
					const failure = await act(n8n, workflows[doing.workflow], doing).then(
						() => undefined,
						(error: Error) => error,
					);
					simulator.faults.clear();
					if (failure?.message === 'n8n was killed') await n8n.restart();
				}
				for (let round = 0; round < 2; round++) {
					for (const n8n of servers) await tidyUp(n8n, workflows);
				}
				expect([ids('webhooks'), ids('actions')]).toEqual(kept);
				const left = [...environment().agents.values()].map(shownOf);
				expect(left).toEqual([...expected.values()]);
				await Promise.all(servers.map(async (one) => await one.close()));
			},
		);
		// A failure tells its seed; put it here, with its path, to see it again.
		await fc.assert(property, { numRuns: 12, endOnFailure: true });
	},
	240_000,
);
