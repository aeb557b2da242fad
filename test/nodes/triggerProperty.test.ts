import fc from 'fast-check';
import type { INode } from 'n8n-workflow';

import type { TriggerServer } from '../../engine/triggerServer';
import { simulator } from '../support/harness';
import {
	counting,
	environment,
	settings,
	startServer,
	tidyUp,
	trigger,
	webhooksTo,
	workflowOf,
} from '../support/triggerHarness';

const WORKFLOWS = 3;
const AGENTS = 4;

/** What a user may set in a trigger, as numbers of events and agents. */
interface Settings {
	agents: number[];
	replace: boolean;
	event: number;
}

/** What goes wrong at one of the next requests, the first one being 1. */
interface Trouble {
	request: number;
	kind: 'killed before' | 'killed after' | 'refused' | 'answer lost' | 'down';
}

type Action = { trouble: Trouble | null } & (
	| { type: 'publish' | 'listen'; workflow: number; settings: Settings }
	| { type: 'unpublish' | 'stop listening'; workflow: number }
	| { type: 'unpublish all' | 'restart' }
);

const workflowNumber = fc.nat({ max: WORKFLOWS - 1 });

const triggerSettings: fc.Arbitrary<Settings> = fc.record({
	agents: fc.uniqueArray(fc.nat({ max: AGENTS - 1 }), { minLength: 1, maxLength: AGENTS - 1 }),
	replace: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false)),
	event: fc.nat({ max: 2 }),
});

const trouble: fc.Arbitrary<Trouble | null> = fc.oneof(
	{ weight: 2, arbitrary: fc.constant(null) },
	fc.record({
		request: fc.integer({ min: 1, max: 14 }),
		kind: fc.constantFrom(
			'killed before' as const,
			'killed after' as const,
			'refused' as const,
			'answer lost' as const,
			'down' as const,
		),
	}),
);

const action: fc.Arbitrary<Action> = fc.oneof(
	{
		weight: 4,
		arbitrary: fc.record({
			type: fc.constantFrom('publish' as const, 'publish' as const, 'listen' as const),
			workflow: workflowNumber,
			settings: triggerSettings,
			trouble,
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			type: fc.constantFrom('unpublish' as const, 'stop listening' as const),
			workflow: workflowNumber,
			trouble,
		}),
	},
	fc.record({
		type: fc.constantFrom('unpublish all' as const, 'restart' as const),
		trouble,
	}),
);

class Play {
	/** The last version of each workflow. The first one has two triggers. */
	private readonly workflows = Array.from({ length: WORKFLOWS }, (_, index) => {
		const nodes = [trigger(), trigger({}, { name: 'For Other Agents' })];
		return workflowOf(nodes.slice(0, index === 0 ? 2 : 1), { name: `Workflow ${index}` });
	});

	constructor(
		private readonly server: TriggerServer,
		private readonly agents: string[],
	) {
		for (const index of this.workflows.keys()) {
			this.edit(index, { agents: [0], replace: true, event: 0 });
		}
	}

	async perform(step: Action): Promise<void> {
		const { server } = this;
		if ('settings' in step) this.edit(step.workflow, step.settings);
		this.prepare(step.trouble);
		const failure = await this.act(step).then(
			() => undefined,
			(error: Error) => error,
		);
		simulator.faults.clear();
		if (failure?.message === 'n8n was killed') await server.restart();
		else if (step.type === 'publish' && !failure) this.expectRegistered(step.workflow);
	}

	/** Everything is unpublished, without any trouble. */
	async end(): Promise<void> {
		await tidyUp(this.server, this.workflows);
	}

	private async act(step: Action): Promise<void> {
		const { server, workflows } = this;
		switch (step.type) {
			case 'publish':
				return await server.activate(workflows[step.workflow], 'update');
			case 'listen':
				return await server.listen(workflows[step.workflow]);
			case 'stop listening':
				return await server.stopListening(workflows[step.workflow].id);
			case 'unpublish':
				return await this.unpublish([workflows[step.workflow]]);
			case 'unpublish all':
				return await this.unpublish(workflows);
			case 'restart':
				server.kill();
				return await server.restart();
		}
	}

	/** At the same time, as n8n does. */
	private async unpublish(workflows: Play['workflows']): Promise<void> {
		const published = workflows.filter(({ id }) => this.server.published(id));
		await Promise.all(published.map(async ({ id }) => await this.server.deactivate(id)));
	}

	private edit(index: number, { agents, replace, event }: Settings): void {
		const [first, ...others] = this.workflows[index].nodes;
		const chosen = this.agents.filter((_, agent) => agents.includes(agent));
		const rest = this.agents.filter((id) => !chosen.includes(id));
		const shared = {
			events: ['event_transcript', 'event_phone_call_ended', 'event_error'].slice(event),
			ifAttached: replace ? 'replace' : 'fail',
		};
		const changed = (node: INode, ids: string[]): INode => ({
			...node,
			parameters: { ...node.parameters, ...shared, agents: ids },
		});
		const nodes = [changed(first, chosen), ...others.map((node) => changed(node, rest))];
		this.workflows[index] = { ...this.workflows[index], nodes };
	}

	private prepare(coming: Trouble | null): void {
		if (!coming) return;
		const { kind, request } = coming;
		const { faults } = simulator;
		const match = counting((count) => {
			const isHit = count === request;
			if (isHit && kind.startsWith('killed')) this.server.kill();
			return isHit && kind !== 'killed after';
		});
		if (kind === 'refused') faults.add({ match, status: 400 });
		else if (kind === 'answer lost') faults.add({ match, when: 'after', reset: true });
		else faults.add({ match, status: 500 });
		if (kind === 'down') {
			const others = counting((count) => count >= request);
			faults.add({ match: others, status: 500, times: Infinity });
		}
	}

	private expectRegistered(index: number): void {
		for (const node of this.workflows[index].nodes) {
			const webhooks = webhooksTo(this.server, node, 'webhook');
			expect(webhooks).toHaveLength(1);
			expect(webhooks[0].subscriptions).toEqual(node.parameters.events);
		}
	}
}

/** Four agents, two of them with webhooks of somebody else. */
function setScene(): string[] {
	simulator.reset();
	environment().addAgents(1);
	const ids = [...environment().agents.keys()];
	const [webhook] = environment().webhooks.values();
	const other = environment().add('webhooks', { ...webhook, id: 'other', label: 'Other' });
	Object.assign(environment().agents.get(ids[3]) as object, { webhook: other.id });
	return ids;
}

test.each([
	[1, 8],
	[2, 12],
] as const)(
	'whatever happens to n8n %i, nothing is left in the end',
	async (generation, numRuns) => {
		const property = fc.asyncProperty(
			fc.array(action, { minLength: 2, maxLength: 10 }),
			async (actions) => {
				const agents = setScene();
				const start = settings();
				const server = await startServer({ generation });
				const play = new Play(server, agents);
				for (const step of actions) await play.perform(step);
				await play.end();
				expect(settings()).toEqual(start);
			},
		);
		// A failure tells its seed; put it here, with its path, to see it again.
		await fc.assert(property, { numRuns, endOnFailure: true });
	},
	120_000,
);
