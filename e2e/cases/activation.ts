import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { chain, node, type N8nApi, type SavedWorkflow } from '../api';
import { check, eventually, type Case, type CaseContext } from '../case';
import { Recorder, type Instruction, type ProbeCall } from '../probe/recorder';

/** As a trigger at work: nothing is there before create, which stores what it made. */
const working = ({ method }: ProbeCall): Instruction => {
	if (method === 'checkExists') return { result: false };
	return method === 'create' ? { store: { id: 'made' } } : {};
};

const failing = (
	method: string,
	instruction: (time: number) => Instruction | Promise<Instruction>,
): Recorder['instruct'] => {
	let times = 0;
	return (call) => (call.method === method ? instruction(++times) : working(call));
};

/** What n8n says when create takes longer than a publication may. */
const TOO_LONG = 'Workflow publication processing exceeded its deadline';

/** Why a check has nothing to look at. */
const ONCE = 'n8n 1 tries once';

const never = async () => await new Promise<never>(() => {});

/** Starts the workflow and leaves the response to webhook(). */
const startsSilently = { noWebhookResponse: true, workflowData: [[{ json: {} }]] };

/**
 * How n8n calls a trigger, asked with one that only reports. What the triggers of this package do in
 * their life cycle rests on it; a newer n8n that does it differently is noticed here.
 */
class Room {
	readonly isVersion1: boolean;

	/** The process of n8n that takes requests. */
	readonly receiver: string;

	/** The workflow that most checks are about. */
	workflow!: SavedWorkflow;

	/** A published one whose webhook() answers in several ways. */
	answering!: SavedWorkflow;

	/** One that the editor listens to. */
	listening!: SavedWorkflow;

	/** A published one that outlives a restart. */
	quiet!: SavedWorkflow;

	/** Those that are being published when the power is cut; the second is not to be. */
	interrupted!: { kept: SavedWorkflow; dropped: SavedWorkflow };

	constructor(
		readonly context: CaseContext,
		readonly recorder: Recorder,
	) {
		this.isVersion1 = context.version.startsWith('1.');
		this.receiver = context.server.workers.length > 0 ? 'webhook' : 'start';
	}

	get n8n(): N8nApi {
		return this.context.n8n;
	}

	async create(name: string, webhookId: string = randomUUID()): Promise<SavedWorkflow> {
		const parameters = { recorder: this.recorder.url, label: 'first' };
		const probe = node('Probe', 'n8n-nodes-probe.probeTrigger', parameters, { webhookId });
		return await this.context.n8n.createWorkflow({ ...chain(probe), name });
	}

	async saveAndPublish(): Promise<void> {
		const { n8n } = this.context;
		this.workflow = await n8n.save(this.workflow);
		deepEqual(await n8n.publish(this.workflow), { status: 'published', errors: [] });
	}

	production(workflow: SavedWorkflow = this.workflow): string {
		return `${this.context.server.webhookUrl}/webhook/${path(workflow)}`;
	}

	test(workflow: SavedWorkflow): string {
		const { server } = this.context;
		// Newer versions of n8n build it from the editor's address, not from WEBHOOK_URL.
		const base = this.isVersion1 ? server.webhookUrl : server.url;
		return `${base}/webhook-test/${path(workflow)}`;
	}

	async isExecuted({ id }: SavedWorkflow, statuses: string[]): Promise<void> {
		await eventually(async () => {
			const { results } = await this.context.n8n.executions(id);
			deepEqual(results.map(({ status }) => status).reverse(), statuses);
		});
	}

	/** The calls so far that are about a workflow. */
	traceOf({ id }: SavedWorkflow): string[] {
		const { trace, calls } = this.recorder;
		return trace.filter((_line, i) => calls[i].workflow.id === id);
	}
}

function path({ nodes: [{ webhookId }] }: SavedWorkflow): string {
	return `${webhookId}/webhook`;
}

async function send(url: string, method = 'POST'): Promise<[status: number, body: string]> {
	const body = method === 'POST' ? '{"some":"event"}' : undefined;
	const headers = { 'content-type': 'application/json' };
	const response = await fetch(url, { method, headers, body });
	return [response.status, await response.text()];
}

const publishing = [
	check<Room>('publishing calls checkExists, then create', async (room) => {
		room.recorder.reset(working);
		deepEqual(await room.n8n.publish(room.workflow), { status: 'published', errors: [] });
		deepEqual(room.recorder.trace, [
			'checkExists trigger/activate {}',
			'create trigger/activate {}',
		]);
		equal(room.recorder.last('create').url, room.production());
		equal(room.recorder.last('create').process, 'start');
	}),
	check<Room>('both entries of webhooks receive, and see what create stored', async (room) => {
		room.recorder.reset();
		await send(room.production(), 'POST');
		await send(`${room.production()}?some=event`, 'GET');
		const [post, get] = room.recorder.calls;
		deepEqual([post.entry, post.body], ['default', { some: 'event' }]);
		deepEqual([get.entry, get.query], ['setup', { some: 'event' }]);
		deepEqual(room.recorder.trace, Array(2).fill('webhook webhook {"id":"made"}'));
		deepEqual([post.process, get.process], [room.receiver, room.receiver]);
		return `in the ${room.receiver} process`;
	}),

	check<Room>('webhook() may answer by itself, and start the workflow or not', async (room) => {
		room.recorder.reset(working);
		await room.n8n.publish(room.answering);
		const answered = async (instruction: Instruction) => {
			room.recorder.reset(() => instruction);
			return await send(room.production(room.answering));
		};
		const refused = {
			answer: { status: 401, body: 'no' },
			result: { noWebhookResponse: true },
		};
		deepEqual(await answered(refused), [401, 'no']);
		deepEqual(await answered({ result: { webhookResponse: 'hi' } }), [200, 'hi']);
		const taken = { answer: { status: 202, body: 'yes' }, result: startsSilently };
		deepEqual(await answered(taken), [202, 'yes']);
		await room.isExecuted(room.answering, ['success']);
	}),
	check<Room>('webhook() may go on after its answer', async (room) => {
		let goOn = () => {};
		room.recorder.reset(({ method }) => {
			if (method !== 'webhook') return new Promise((resolve) => (goOn = () => resolve({})));
			return { answer: { status: 200, body: 'yes' }, then: 'later', result: startsSilently };
		});
		deepEqual(await send(room.production(room.answering)), [200, 'yes']);
		await room.recorder.waitFor('later');
		await room.isExecuted(room.answering, ['success']);
		goOn();
		await room.isExecuted(room.answering, ['success', 'success']);
	}),
	check<Room>(
		'an exception in webhook() is answered 500, and a failed execution',
		async (room) => {
			room.recorder.reset(() => ({ fail: 'not today' }));
			const [status, text] = await send(room.production(room.answering));
			equal(status, 500);
			ok(!text.includes('not today'));
			await room.isExecuted(room.answering, ['success', 'success', 'error']);
		},
	),
	check<Room>(
		'archiving a published workflow calls delete, deleting is refused',
		async (room) => {
			room.recorder.reset();
			await rejects(room.n8n.delete(room.answering));
			await room.n8n.archive(room.answering);
			await room.recorder.waitFor('delete');
			// Until it has been taken back altogether, n8n refuses.
			await eventually(async () => await room.n8n.delete(room.answering));
			deepEqual(room.recorder.trace, ['delete internal/update {"id":"made"}']);
		},
	),
];

const changing = [
	check<Room>('a changed trigger: delete as it was, then create as it is', async (room) => {
		room.recorder.reset((call) =>
			call.method === 'delete' ? { store: { id: 'deleted' } } : working(call),
		);
		room.workflow.nodes[0].parameters.label = 'second';
		await room.saveAndPublish();
		deepEqual(room.recorder.trace, [
			'delete internal/update {"id":"made"}',
			'checkExists trigger/update {"id":"deleted"}',
			'create trigger/update {"id":"deleted"}',
		]);
		const labels = room.recorder.calls.map(({ label }) => label);
		deepEqual(labels, ['first', 'second', 'second']);
	}),
	check<Room>('a renamed trigger starts without static data', async (room) => {
		room.recorder.reset(working);
		room.workflow.nodes[0].name = 'Renamed';
		await room.saveAndPublish();
		deepEqual(room.recorder.trace, [
			'delete internal/update {"id":"made"}',
			'checkExists trigger/update {}',
			'create trigger/update {}',
		]);
	}),
	check<Room>('a renamed workflow: nothing is called', async (room) => {
		room.recorder.reset(working);
		room.workflow.name = 'Probe with a new name';
		await room.saveAndPublish();
		const names = room.recorder.calls.map(({ method, workflow: { name: used } }) => [
			method,
			used,
		]);
		if (!room.isVersion1) return deepEqual(names, []);
		deepEqual(names, [
			['delete', 'Probe'],
			['checkExists', 'Probe with a new name'],
			['create', 'Probe with a new name'],
		]);
		return 'n8n 1 calls delete and create whenever a published workflow is saved';
	}),
	check<Room>('what checkExists stores is kept when there is nothing to create', async (room) => {
		room.recorder.reset(({ method }) =>
			method === 'checkExists' ? { result: true, store: { id: 'adopted' } } : {},
		);
		room.workflow.nodes[0].parameters.label = 'third';
		await room.saveAndPublish();
		deepEqual(
			room.recorder.calls.map(({ method }) => method),
			['delete', 'checkExists'],
		);
		await send(room.production());
		deepEqual(room.recorder.last('webhook').staticData, { id: 'adopted' });
	}),
	check<Room>('unpublishing cuts the route, then calls delete', async (room) => {
		let status = 0;
		room.recorder.reset(async ({ method }) => {
			if (method === 'delete') [status] = await send(room.production());
			return {};
		});
		deepEqual(await room.n8n.unpublish(room.workflow), { status: 'not_published', errors: [] });
		equal(room.recorder.trace[0], 'delete internal/update {"id":"adopted"}');
		equal(status, room.isVersion1 ? 200 : 404);
		equal((await send(room.production()))[0], 404);
		return room.isVersion1 ? 'n8n 1 cuts it afterwards' : '';
	}),
	check<Room>('static data outlives unpublishing', async (room) => {
		room.recorder.reset(working);
		await room.n8n.publish(room.workflow);
		equal(room.recorder.trace[0], 'checkExists trigger/activate {"id":"adopted"}');
	}),
	check<Room>('delete that throws is given up, and nobody is told', async (room) => {
		room.recorder.reset(failing('delete', () => ({ fail: 'cannot delete' })));
		deepEqual(await room.n8n.unpublish(room.workflow), { status: 'not_published', errors: [] });
		const times = room.isVersion1 ? 1 : 3;
		deepEqual(room.recorder.trace, Array(times).fill('delete internal/update {"id":"made"}'));
		const [status] = await send(room.production());
		equal(status, room.isVersion1 ? 200 : 404);
		return `${times} times${room.isVersion1 ? ', and the route stays' : ''}`;
	}),
];

const failingToCreate = [
	check<Room>('create that throws: delete each time, and the error is shown', async (room) => {
		const failed = await room.create('Fails');
		room.recorder.reset(
			failing('create', (time) => ({ fail: `no ${time}`, store: { made: time } })),
		);
		const { status, errors } = await room.n8n.publish(failed);
		equal(status, 'failed');
		if (room.isVersion1) {
			match(errors[0], /no 1/);
			deepEqual(room.recorder.trace, [
				'checkExists trigger/activate {}',
				'create trigger/activate {}',
				'delete internal/update {}',
			]);
		} else {
			deepEqual(errors, ['no 5']);
			// What create has stored is there for delete, and for the next try.
			const tries = [{}, { made: 1 }, { made: 2 }, { made: 3 }, { made: 4 }];
			const expected = tries.flatMap((before, i) => [
				`checkExists trigger/activate ${JSON.stringify(before)}`,
				`create trigger/activate ${JSON.stringify(before)}`,
				`delete internal/update ${JSON.stringify({ made: i + 1 })}`,
			]);
			deepEqual(room.recorder.trace, expected);
		}
		equal((await send(room.production(failed)))[0], 404);
		await room.n8n.unpublish(failed);
		return `'${errors[0].slice(0, 60)}'`;
	}),
	check<Room>('create that throws once, then works', async (room) => {
		if (room.isVersion1) return ONCE;
		const recovering = await room.create('Recovers');
		room.recorder.reset(
			failing('create', (time) => (time === 1 ? { fail: 'no' } : { store: { time } })),
		);
		deepEqual(await room.n8n.publish(recovering), { status: 'published', errors: [] });
		room.recorder.reset();
		await room.n8n.unpublish(recovering);
		deepEqual(room.recorder.trace, ['delete internal/update {"time":2}']);
		return 'at the second try';
	}),
	check<Room>('create that takes too long is left alone, with a working route', async (room) => {
		if (room.isVersion1) return ONCE;
		const slow = await room.create('Slow');
		let goOn = () => {};
		const answer = new Promise<Instruction>((resolve) => {
			goOn = () => resolve({ store: { id: 'late' } });
		});
		room.recorder.reset(failing('create', () => answer));
		const { status, errors } = await room.n8n.publish(slow);
		deepEqual([status, errors], ['failed', [TOO_LONG]]);
		goOn();
		await send(room.production(slow));
		deepEqual(room.recorder.trace, [
			'checkExists trigger/activate {}',
			'create trigger/activate {}',
			'webhook webhook {}',
		]);
		// The second entry of webhooks was not reached, so n8n sees that something is missing.
		room.recorder.reset(working);
		equal((await room.n8n.publish(slow)).status, 'published');
		deepEqual(room.recorder.trace, [
			'checkExists trigger/update {}',
			'create trigger/update {}',
		]);
		await room.n8n.unpublish(slow);
		return errors[0];
	}),
];

const listening = [
	check<Room>(
		'listening in the editor: create with the test URL, no static data',
		async (room) => {
			room.recorder.reset(working);
			await room.n8n.publish(room.listening);
			room.recorder.reset(failing('create', () => ({ store: { id: 'test' } })));
			await room.n8n.listen(room.listening);
			deepEqual(room.recorder.trace, [
				'checkExists manual/manual {}',
				'create manual/manual {}',
			]);
			equal(room.recorder.last('create').url, room.test(room.listening));
		},
	),
	check<Room>('webhook() sees what each create stored, the test in main', async (room) => {
		const silent = { noWebhookResponse: true };
		room.recorder.reset(() => ({ answer: { status: 200, body: '' }, result: silent }));
		await send(room.test(room.listening));
		await send(room.production(room.listening));
		await send(room.test(room.listening), 'GET');
		deepEqual(room.recorder.trace, [
			'webhook manual {"id":"test"}',
			'webhook webhook {"id":"made"}',
			'webhook manual {"id":"test"}',
		]);
		deepEqual(
			room.recorder.calls.map((call) => call.process),
			['start', room.receiver, 'start'],
		);
		// It knows only the production URL, also in a test.
		equal(room.recorder.calls[0].url, room.production(room.listening));
	}),
	check<Room>('the first request that starts the workflow ends the listening', async (room) => {
		room.recorder.reset();
		await send(room.test(room.listening));
		await room.recorder.waitFor('delete');
		deepEqual(room.recorder.trace, [
			'webhook manual {"id":"test"}',
			'delete internal/update {"id":"test"}',
		]);
		equal(room.recorder.last('delete').url, room.test(room.listening));
		await eventually(async () => equal((await send(room.test(room.listening)))[0], 404));
		await room.isExecuted(room.listening, ['success']);
	}),
	check<Room>('the end of listening calls delete, also after two beginnings', async (room) => {
		room.recorder.reset(working);
		await room.n8n.listen(room.listening);
		await room.n8n.listen(room.listening);
		await room.n8n.stopListening(room.listening);
		await room.recorder.waitFor('delete');
		deepEqual(room.recorder.trace, [
			'checkExists manual/manual {}',
			'create manual/manual {}',
			'checkExists manual/manual {}',
			'create manual/manual {}',
			'delete internal/update {"id":"made"}',
		]);
		await eventually(async () => equal((await send(room.test(room.listening)))[0], 404));
	}),
	check<Room>(
		'create that throws while listening: delete, and the error is shown',
		async (room) => {
			room.recorder.reset(
				failing('create', () => ({ fail: 'not here', store: { id: 'half' } })),
			);
			await rejects(room.n8n.listen(room.listening), /not here/);
			deepEqual(room.recorder.trace, [
				'checkExists manual/manual {}',
				'create manual/manual {}',
				'delete internal/update {"id":"half"}',
			]);
			equal((await send(room.test(room.listening)))[0], 404);
		},
	),
	check<Room>('unpublishing leaves a test alone, and the reverse', async (room) => {
		room.recorder.reset(failing('create', () => ({ store: { id: 'test' } })));
		await room.n8n.listen(room.listening);
		room.recorder.reset();
		await room.n8n.unpublish(room.listening);
		await room.n8n.stopListening(room.listening);
		await room.recorder.waitFor('delete', 2);
		deepEqual(
			room.recorder.calls.map(({ url, staticData }) => [url, staticData.id]),
			[
				[room.production(room.listening), 'made'],
				[room.test(room.listening), 'test'],
			],
		);
	}),
];

const conflict = check<Room>('a second workflow with the same webhook id', async (room) => {
	const webhookId = randomUUID();
	const [first, second] = [
		await room.create('First', webhookId),
		await room.create('Second', webhookId),
	];
	room.recorder.reset(working);
	await room.n8n.publish(first);
	room.recorder.reset(working);
	if (room.isVersion1) {
		await room.n8n.publish(second);
		equal(room.recorder.last('create').workflow.name, 'Second');
		await send(room.production(first));
		equal(room.recorder.last('webhook').workflow.name, 'Second');
	} else {
		await rejects(room.n8n.publish(second), /conflict with one of the webhooks/);
		deepEqual(room.recorder.trace, []);
	}
	await room.n8n.unpublish(second);
	await room.n8n.unpublish(first);
	return room.isVersion1 ? 'n8n 1 gives it the route of the first' : 'is refused';
});

const isQuiet = check<Room>('after a restart nothing is called', async (room) => {
	const trace = ['checkExists trigger/init {"id":"made"}', 'create trigger/init {"id":"made"}'];
	// Time for what n8n does at its start.
	await sleep(3000);
	deepEqual(room.recorder.trace, room.isVersion1 ? trace : []);
	await send(room.production(room.quiet));
	deepEqual(room.recorder.last('webhook').staticData, { id: 'made' });
	return room.isVersion1 ? 'n8n 1 calls checkExists and create' : '';
});

/** n8n 1 takes up at its start what was published. */
async function startsAnew(room: Room): Promise<string> {
	const { kept, dropped } = room.interrupted;
	await room.recorder.waitFor('create', 3);
	deepEqual(room.traceOf(kept), ['checkExists trigger/init {}', 'create trigger/init {}']);
	deepEqual(room.traceOf(room.quiet), [
		'checkExists trigger/init {"id":"made"}',
		'create trigger/init {"id":"made"}',
	]);
	for (const one of [kept, dropped, room.quiet]) await room.n8n.unpublish(one);
	return 'n8n 1 calls checkExists and create at its start, for all of them';
}

/** n8n 2 goes on with what was not finished, some time after its start. */
async function goesOn(room: Room): Promise<string> {
	const { n8n, quiet, recorder } = room;
	const { kept, dropped } = room.interrupted;
	const start = Date.now();
	equal((await send(room.production(kept)))[0], 200);
	deepEqual(recorder.trace, ['webhook webhook {}'], 'create was called at the start');
	await n8n.unpublish(dropped);
	equal((await n8n.publication(kept)).status, 'published');
	equal((await n8n.publication(quiet)).status, 'not_published');
	const seconds = Math.round((Date.now() - start) / 1000);
	deepEqual(room.traceOf(dropped), ['delete internal/update {}']);
	deepEqual(room.traceOf(quiet), ['delete internal/update {"id":"made"}']);
	deepEqual(room.traceOf(kept), [
		'webhook webhook {}',
		'checkExists trigger/update {}',
		'create trigger/update {}',
	]);
	await n8n.unpublish(kept);
	return `n8n goes on ${seconds} s after its start`;
}

export default {
	needsOwnN8n: true,
	async setUp(context) {
		const room = new Room(context, await Recorder.start());
		room.workflow = await room.create('Probe');
		room.answering = await room.create('Answers');
		room.listening = await room.create('Listening');
		room.quiet = await room.create('Quiet');
		return room;
	},
	checks: [...publishing, ...changing, ...failingToCreate, conflict],
	listening,
	restart: {
		async prepare({ n8n, recorder, quiet }) {
			recorder.reset(working);
			await n8n.publish(quiet);
			recorder.reset(working);
		},
		checks: [isQuiet],
	},
	powerCut: {
		async prepare(room) {
			const { n8n, recorder } = room;
			const [kept, dropped] = [await room.create('Kept'), await room.create('Dropped')];
			room.interrupted = { kept, dropped };
			recorder.reset(({ method }) =>
				method === 'checkExists' ? { result: false } : never(),
			);
			for (const one of [kept, dropped]) void n8n.activate(one).catch(() => {});
			void n8n.deactivate(room.quiet).catch(() => {});
			await recorder.waitFor('create', 2);
			await recorder.waitFor('delete');
			// What n8n calls from now on, it calls after its start.
			recorder.calls.length = 0;
			recorder.instruct = working;
		},
		checks: [
			check(
				'publishing and unpublishing that were cut off are gone on with',
				async (room) => await (room.isVersion1 ? startsAnew(room) : goesOn(room)),
			),
		],
	},
	tearDown: async ({ recorder }) => await recorder.close(),
} satisfies Case<Room>;
