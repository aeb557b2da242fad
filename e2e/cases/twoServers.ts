import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { INodeParameters } from 'n8n-workflow';

import { chain, CREDENTIAL, FLUENTS_AI_TRIGGER, node, type SavedWorkflow } from '../api';
import { placeCall } from '../calls';
import { check, eventually, type Case, type CaseContext } from '../case';
import type { RunningN8n } from '../launch';
import { ENCRYPTION_KEY } from '../server';

/**
 * Two n8n that know the same workflow, in one environment of a Fluents.ai that keeps 255 characters: neither
 * takes what is the other's. The second one also moves to another address, and gets another key.
 */
class Room {
	/** Published on the first n8n. */
	readonly workflow = chain(
		node(
			'Calls',
			FLUENTS_AI_TRIGGER,
			{ events: ['event_phone_call_ended'], options: { allowUnreachableUrl: true } },
			{ webhookId: randomUUID() },
		),
	);

	/** ID of the agent. */
	readonly reminder: string;

	readonly id = randomUUID().slice(0, 16);

	readonly start: Room['settings'];

	second!: RunningN8n;

	secondCredentials!: CaseContext['credentials'];

	constructor(readonly context: CaseContext) {
		const { simulator } = context;
		simulator.callSeconds = 0.5;
		simulator.quirks.descriptionLength = 255;
		simulator.quirks.storedUrl = (url) => url.slice(0, 255);
		[this.reminder] = simulator.environment('default').agents.keys();
		this.start = this.settings;
	}

	get settings() {
		const { webhooks, agents } = this.context.simulator.environment('default');
		return structuredClone({ webhooks: [...webhooks.values()], agents: [...agents.values()] });
	}

	/** Where the agent's events go. */
	get address(): string {
		const { webhooks, agents } = this.context.simulator.environment('default');
		return String(webhooks.get(String(agents.get(this.reminder)?.webhook))?.url);
	}

	/** Saves the same workflow in an n8n, with the same IDs. */
	async saveIn(
		{ n8n }: Pick<RunningN8n, 'n8n'>,
		credentials: CaseContext['credentials'],
		parameters: INodeParameters = {},
	): Promise<SavedWorkflow> {
		const [trigger, ...others] = this.workflow.nodes;
		const changed = {
			...trigger,
			credentials: { [CREDENTIAL]: credentials.default },
			parameters: { ...trigger.parameters, agents: [this.reminder], ...parameters },
		};
		const json = { ...this.workflow, id: this.id, name: 'Shared', nodes: [changed, ...others] };
		return await n8n.createWorkflow(json);
	}

	/** Starts the second n8n, with the same workflow in it. */
	async open(env: Record<string, string> = {}, parameters: INodeParameters = {}) {
		const { openN8n, simulator } = this.context;
		this.second = await openN8n(env);
		this.secondCredentials = await this.second.saveCredentials(simulator);
		return await this.saveIn(this.second, this.secondCredentials, parameters);
	}
}

const published = { status: 'published', errors: [] };
const conflict = /has another webhook already: 'n8n: Shared'.*of this same trigger/s;

export default {
	needsOwnN8n: true,
	async skip({ version }) {
		const givesIds = version.startsWith('1.');
		return await Promise.resolve(
			givesIds ? 'this n8n gives each new workflow an ID of its own' : undefined,
		);
	},
	setUp: async (context) => await Promise.resolve(new Room(context)),
	checks: [
		check('a clone takes nothing from the first n8n, which goes on', async (room) => {
			const { n8n, server, credentials } = room.context;
			const first = await room.saveIn(room.context, credentials);
			equal(first.id, room.id);
			deepEqual(await n8n.publish(first), published);
			const before = room.settings;
			const clone = await room.open({ N8N_ENCRYPTION_KEY: ENCRYPTION_KEY });
			const { errors } = await room.second.n8n.publish(clone);
			match(errors.join(), conflict);
			ok(errors.join().includes(server.webhookUrl), errors.join());
			deepEqual(room.settings, before);
			await room.second.n8n.unpublish(clone);
			deepEqual(room.settings, before);
			await placeCall(room.context.simulator, room.reminder);
			await eventually(async () => equal((await n8n.executions(room.id)).count, 1));
			await room.second.server.stop();
		}),
		check('another n8n replaces it when the user says so, and gives it back', async (room) => {
			const before = room.settings;
			const other = await room.open({}, { ifAttached: 'replace' });
			deepEqual(await room.second.n8n.publish(other), published);
			ok(room.address.startsWith(room.second.server.webhookUrl), room.address);
			await room.second.n8n.unpublish(other);
			await eventually(() => deepEqual(room.settings, before));
			await room.context.n8n.unpublish(await room.context.n8n.workflow(room.id));
			await eventually(() => deepEqual(room.settings, room.start));
		}),
		check('a changed WEBHOOK_URL heals when the workflow is published', async (room) => {
			const { n8n, server } = room.second;
			deepEqual(await n8n.publish(await n8n.workflow(room.id)), published);
			await server.restart({ WEBHOOK_URL: server.url.replace('127.0.0.1', 'localhost') });
			await n8n.logIn();
			await n8n.unpublish(await n8n.workflow(room.id));
			match(await server.log(), /still registered at another address of n8n/);
			deepEqual(await n8n.publish(await n8n.workflow(room.id)), published);
			match(room.address, /^http:\/\/localhost:/);
			await n8n.unpublish(await n8n.workflow(room.id));
			await eventually(() => deepEqual(room.settings, room.start));
		}),
		check('the key of another environment is told, and the way out works', async (room) => {
			const { n8n } = room.second;
			const { keys, url: baseUrl } = room.context.simulator;
			const setKey = async (apiKey: string) => {
				const { id, name } = room.secondCredentials.default;
				const data = { environment: 'default', apiKey, baseUrl };
				await n8n.call('PATCH', `/credentials/${id}`, { name, type: CREDENTIAL, data });
			};
			deepEqual(await n8n.publish(await n8n.workflow(room.id)), published);
			const before = room.settings;
			await setKey(keys.staging);
			await n8n.unpublish(await n8n.workflow(room.id));
			deepEqual(room.settings, before);
			const { errors } = await n8n.publish(await n8n.workflow(room.id));
			match(errors.join(), /still registered in the Fluents.ai environment 'default'/);
			await setKey(keys.default);
			deepEqual(await n8n.publish(await n8n.workflow(room.id)), published);
			await n8n.unpublish(await n8n.workflow(room.id));
			await eventually(() => deepEqual(room.settings, room.start));
		}),
	],
} satisfies Case<Room>;
