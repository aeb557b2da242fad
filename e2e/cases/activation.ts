import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { chain, node, type SavedWorkflow } from '../api';
import { eventually, type CaseContext } from '../cases';
import { Recorder, type Instruction, type ProbeCall } from '../probe/recorder';

export const name = 'activation';

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

const never = async () => await new Promise<never>(() => {});

/** Starts the workflow and leaves the response to webhook(). */
const startsSilently = { noWebhookResponse: true, workflowData: [[{ json: {} }]] };

/**
 * How n8n calls a trigger, asked with one that only reports. What the triggers of this package do in
 * their life cycle rests on it; a newer n8n that does it differently is noticed here.
 */
export async function run(context: CaseContext): Promise<void> {
	const recorder = await Recorder.start();
	try {
		await checkAll(context, recorder);
	} finally {
		await recorder.close();
	}
}

async function checkAll(context: CaseContext, recorder: Recorder): Promise<void> {
	const { n8n, server, installation, check } = context;
	const isVersion1 = installation.version.startsWith('1.');
	const receiver = server.workers.length > 0 ? 'webhook' : 'start';

	const create = async (workflow: string, webhookId: string = randomUUID()) =>
		await n8n.createWorkflow({
			...chain(
				node(
					'Probe',
					'n8n-nodes-probe.probeTrigger',
					{ recorder: recorder.url, label: 'first' },
					{ webhookId },
				),
			),
			name: workflow,
		});
	const saveAndPublish = async (workflow: SavedWorkflow) => {
		const saved = await n8n.save(workflow);
		deepEqual(await n8n.publish(saved), { status: 'published', errors: [] });
		return saved;
	};
	const path = ({ nodes: [{ webhookId }] }: SavedWorkflow) => `${webhookId}/webhook`;
	const production = (workflow: SavedWorkflow) =>
		`${server.webhookUrl}/webhook/${path(workflow)}`;
	// Newer versions of n8n build it from the editor's address, not from WEBHOOK_URL.
	const testUrl = isVersion1 ? server.webhookUrl : server.url;
	const test = (workflow: SavedWorkflow) => `${testUrl}/webhook-test/${path(workflow)}`;
	const send = async (url: string, method = 'POST') => {
		const body = method === 'POST' ? '{"some":"event"}' : undefined;
		const headers = { 'content-type': 'application/json' };
		const response = await fetch(url, { method, headers, body });
		return [response.status, await response.text()] as const;
	};
	const isExecuted = async ({ id }: SavedWorkflow, statuses: string[]) =>
		await eventually(async () => {
			const { results } = await n8n.executions(id);
			deepEqual(results.map(({ status }) => status).reverse(), statuses);
		});

	let workflow = await create('Probe');

	await check('publishing calls checkExists, then create', async () => {
		recorder.reset(working);
		deepEqual(await n8n.publish(workflow), { status: 'published', errors: [] });
		deepEqual(recorder.trace, [
			'checkExists trigger/activate {}',
			'create trigger/activate {}',
		]);
		equal(recorder.last('create').url, production(workflow));
		equal(recorder.last('create').process, 'start');
	});
	await check('both entries of webhooks receive, and see what create stored', async () => {
		recorder.reset();
		await send(production(workflow), 'POST');
		await send(`${production(workflow)}?some=event`, 'GET');
		const [post, get] = recorder.calls;
		deepEqual([post.entry, post.body], ['default', { some: 'event' }]);
		deepEqual([get.entry, get.query], ['setup', { some: 'event' }]);
		deepEqual(recorder.trace, Array(2).fill('webhook webhook {"id":"made"}'));
		deepEqual([post.process, get.process], [receiver, receiver]);
		return `in the ${receiver} process`;
	});

	const answering = await create('Answers');
	await check('webhook() may answer by itself, and start the workflow or not', async () => {
		recorder.reset(working);
		await n8n.publish(answering);
		const answered = async (instruction: Instruction) => {
			recorder.reset(() => instruction);
			return await send(production(answering));
		};
		const refused = {
			answer: { status: 401, body: 'no' },
			result: { noWebhookResponse: true },
		};
		deepEqual(await answered(refused), [401, 'no']);
		deepEqual(await answered({ result: { webhookResponse: 'hi' } }), [200, 'hi']);
		const taken = { answer: { status: 202, body: 'yes' }, result: startsSilently };
		deepEqual(await answered(taken), [202, 'yes']);
		await isExecuted(answering, ['success']);
	});
	await check('webhook() may go on after its answer', async () => {
		let goOn = () => {};
		recorder.reset(({ method }) => {
			if (method !== 'webhook') return new Promise((resolve) => (goOn = () => resolve({})));
			return { answer: { status: 200, body: 'yes' }, then: 'later', result: startsSilently };
		});
		deepEqual(await send(production(answering)), [200, 'yes']);
		await recorder.waitFor('later');
		await isExecuted(answering, ['success']);
		goOn();
		await isExecuted(answering, ['success', 'success']);
	});
	await check('an exception in webhook() is answered 500, and a failed execution', async () => {
		recorder.reset(() => ({ fail: 'not today' }));
		const [status, text] = await send(production(answering));
		equal(status, 500);
		ok(!text.includes('not today'));
		await isExecuted(answering, ['success', 'success', 'error']);
	});
	await check('archiving a published workflow calls delete, deleting is refused', async () => {
		recorder.reset();
		await rejects(n8n.delete(answering));
		await n8n.archive(answering);
		await recorder.waitFor('delete');
		await n8n.delete(answering);
		deepEqual(recorder.trace, ['delete internal/update {"id":"made"}']);
	});

	await check('a changed trigger: delete as it was, then create as it is', async () => {
		recorder.reset((call) =>
			call.method === 'delete' ? { store: { id: 'deleted' } } : working(call),
		);
		workflow.nodes[0].parameters.label = 'second';
		workflow = await saveAndPublish(workflow);
		deepEqual(recorder.trace, [
			'delete internal/update {"id":"made"}',
			'checkExists trigger/update {"id":"deleted"}',
			'create trigger/update {"id":"deleted"}',
		]);
		const labels = recorder.calls.map(({ label }) => label);
		deepEqual(labels, ['first', 'second', 'second']);
	});
	await check('a renamed trigger starts without static data', async () => {
		recorder.reset(working);
		workflow.nodes[0].name = 'Renamed';
		workflow = await saveAndPublish(workflow);
		deepEqual(recorder.trace, [
			'delete internal/update {"id":"made"}',
			'checkExists trigger/update {}',
			'create trigger/update {}',
		]);
	});
	await check('a renamed workflow: nothing is called', async () => {
		recorder.reset(working);
		workflow.name = 'Probe with a new name';
		workflow = await saveAndPublish(workflow);
		const names = recorder.calls.map(({ method, workflow: { name: used } }) => [method, used]);
		if (!isVersion1) return deepEqual(names, []);
		deepEqual(names, [
			['delete', 'Probe'],
			['checkExists', 'Probe with a new name'],
			['create', 'Probe with a new name'],
		]);
		return 'n8n 1 calls delete and create whenever a published workflow is saved';
	});
	await check('what checkExists stores is kept when there is nothing to create', async () => {
		recorder.reset(({ method }) =>
			method === 'checkExists' ? { result: true, store: { id: 'adopted' } } : {},
		);
		workflow.nodes[0].parameters.label = 'third';
		workflow = await saveAndPublish(workflow);
		deepEqual(
			recorder.calls.map(({ method }) => method),
			['delete', 'checkExists'],
		);
		await send(production(workflow));
		deepEqual(recorder.last('webhook').staticData, { id: 'adopted' });
	});
	await check('unpublishing cuts the route, then calls delete', async () => {
		let status = 0;
		recorder.reset(async ({ method }) => {
			if (method === 'delete') [status] = await send(production(workflow));
			return {};
		});
		deepEqual(await n8n.unpublish(workflow), { status: 'not_published', errors: [] });
		equal(recorder.trace[0], 'delete internal/update {"id":"adopted"}');
		equal(status, isVersion1 ? 200 : 404);
		equal((await send(production(workflow)))[0], 404);
		return isVersion1 ? 'n8n 1 cuts it afterwards' : '';
	});
	await check('static data outlives unpublishing', async () => {
		recorder.reset(working);
		await n8n.publish(workflow);
		equal(recorder.trace[0], 'checkExists trigger/activate {"id":"adopted"}');
	});
	await check('delete that throws is given up, and nobody is told', async () => {
		recorder.reset(failing('delete', () => ({ fail: 'cannot delete' })));
		deepEqual(await n8n.unpublish(workflow), { status: 'not_published', errors: [] });
		const times = isVersion1 ? 1 : 3;
		deepEqual(recorder.trace, Array(times).fill('delete internal/update {"id":"made"}'));
		const [status] = await send(production(workflow));
		equal(status, isVersion1 ? 200 : 404);
		return `${times} times${isVersion1 ? ', and the route stays' : ''}`;
	});

	await check('create that throws: delete each time, and the error is shown', async () => {
		const failed = await create('Fails');
		recorder.reset(
			failing('create', (time) => ({ fail: `no ${time}`, store: { made: time } })),
		);
		const { status, errors } = await n8n.publish(failed);
		equal(status, 'failed');
		if (isVersion1) {
			match(errors[0], /no 1/);
			deepEqual(recorder.trace, [
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
			deepEqual(recorder.trace, expected);
		}
		equal((await send(production(failed)))[0], 404);
		await n8n.unpublish(failed);
		return `'${errors[0].slice(0, 60)}'`;
	});
	if (!isVersion1) {
		await check('create that throws once, then works', async () => {
			const recovering = await create('Recovers');
			recorder.reset(
				failing('create', (time) => (time === 1 ? { fail: 'no' } : { store: { time } })),
			);
			deepEqual(await n8n.publish(recovering), { status: 'published', errors: [] });
			recorder.reset();
			await n8n.unpublish(recovering);
			deepEqual(recorder.trace, ['delete internal/update {"time":2}']);
		});
		await check('create that takes too long is left alone, with a working route', async () => {
			const slow = await create('Slow');
			let goOn = () => {};
			const answer = new Promise<Instruction>((resolve) => {
				goOn = () => resolve({ store: { id: 'late' } });
			});
			recorder.reset(failing('create', () => answer));
			const { status, errors } = await n8n.publish(slow);
			deepEqual(
				[status, ...errors],
				['failed', 'Workflow publication processing exceeded its deadline'],
			);
			goOn();
			await send(production(slow));
			deepEqual(recorder.trace, [
				'checkExists trigger/activate {}',
				'create trigger/activate {}',
				'webhook webhook {}',
			]);
			// The second entry of webhooks was not reached, so n8n sees that something is missing.
			recorder.reset(working);
			equal((await n8n.publish(slow)).status, 'published');
			deepEqual(recorder.trace, [
				'checkExists trigger/update {}',
				'create trigger/update {}',
			]);
			await n8n.unpublish(slow);
		});
	}

	const listening = await create('Listening');
	await check('listening in the editor: create with the test URL, no static data', async () => {
		recorder.reset(working);
		await n8n.publish(listening);
		recorder.reset(failing('create', () => ({ store: { id: 'test' } })));
		await n8n.listen(listening);
		deepEqual(recorder.trace, ['checkExists manual/manual {}', 'create manual/manual {}']);
		equal(recorder.last('create').url, test(listening));
	});
	await check('webhook() sees what each create stored, the test in main', async () => {
		const silent = { noWebhookResponse: true };
		recorder.reset(() => ({ answer: { status: 200, body: '' }, result: silent }));
		await send(test(listening));
		await send(production(listening));
		await send(test(listening), 'GET');
		deepEqual(recorder.trace, [
			'webhook manual {"id":"test"}',
			'webhook webhook {"id":"made"}',
			'webhook manual {"id":"test"}',
		]);
		deepEqual(
			recorder.calls.map((call) => call.process),
			['start', receiver, 'start'],
		);
		// It knows only the production URL, also in a test.
		equal(recorder.calls[0].url, production(listening));
	});
	await check('the first request that starts the workflow ends the listening', async () => {
		recorder.reset();
		await send(test(listening));
		await recorder.waitFor('delete');
		deepEqual(recorder.trace, [
			'webhook manual {"id":"test"}',
			'delete internal/update {"id":"test"}',
		]);
		equal(recorder.last('delete').url, test(listening));
		await eventually(async () => equal((await send(test(listening)))[0], 404));
		await isExecuted(listening, ['success']);
	});
	await check('the end of listening calls delete, also after two beginnings', async () => {
		recorder.reset(working);
		await n8n.listen(listening);
		await n8n.listen(listening);
		await n8n.stopListening(listening);
		await recorder.waitFor('delete');
		deepEqual(recorder.trace, [
			'checkExists manual/manual {}',
			'create manual/manual {}',
			'checkExists manual/manual {}',
			'create manual/manual {}',
			'delete internal/update {"id":"made"}',
		]);
		await eventually(async () => equal((await send(test(listening)))[0], 404));
	});
	await check('create that throws while listening: delete, and the error is shown', async () => {
		recorder.reset(failing('create', () => ({ fail: 'not here', store: { id: 'half' } })));
		await rejects(n8n.listen(listening), /not here/);
		deepEqual(recorder.trace, [
			'checkExists manual/manual {}',
			'create manual/manual {}',
			'delete internal/update {"id":"half"}',
		]);
		equal((await send(test(listening)))[0], 404);
	});
	await check('unpublishing leaves a test alone, and the reverse', async () => {
		recorder.reset(failing('create', () => ({ store: { id: 'test' } })));
		await n8n.listen(listening);
		recorder.reset();
		await n8n.unpublish(listening);
		await n8n.stopListening(listening);
		await recorder.waitFor('delete', 2);
		deepEqual(
			recorder.calls.map(({ url, staticData }) => [url, staticData.id]),
			[
				[production(listening), 'made'],
				[test(listening), 'test'],
			],
		);
	});

	await check('a second workflow with the same webhook id', async () => {
		const webhookId = randomUUID();
		const [first, second] = [
			await create('First', webhookId),
			await create('Second', webhookId),
		];
		recorder.reset(working);
		await n8n.publish(first);
		recorder.reset(working);
		if (isVersion1) {
			await n8n.publish(second);
			equal(recorder.last('create').workflow.name, 'Second');
			await send(production(first));
			equal(recorder.last('webhook').workflow.name, 'Second');
		} else {
			await rejects(n8n.publish(second), /conflict with one of the webhooks/);
			deepEqual(recorder.trace, []);
		}
		await n8n.unpublish(second);
		await n8n.unpublish(first);
		return isVersion1 ? 'n8n 1 gives it the route of the first' : 'is refused';
	});

	const quiet = await create('Quiet');
	await check('a restart: nothing is called', async () => {
		recorder.reset(working);
		await n8n.publish(quiet);
		recorder.reset(working);
		await server.main.stop();
		await server.startMain();
		// Time for what n8n does at its start.
		await sleep(3000);
		const trace = [
			'checkExists trigger/init {"id":"made"}',
			'create trigger/init {"id":"made"}',
		];
		deepEqual(recorder.trace, isVersion1 ? trace : []);
		await send(production(quiet));
		deepEqual(recorder.last('webhook').staticData, { id: 'made' });
		return isVersion1 ? 'n8n 1 calls checkExists and create' : '';
	});

	await check('n8n is killed while it publishes and unpublishes', async () => {
		const [kept, dropped] = [await create('Kept'), await create('Dropped')];
		recorder.reset(({ method }) => (method === 'checkExists' ? { result: false } : never()));
		for (const one of [kept, dropped]) void n8n.activate(one).catch(() => {});
		void n8n.deactivate(quiet).catch(() => {});
		await recorder.waitFor('create', 2);
		await recorder.waitFor('delete');
		await server.main.kill();

		recorder.reset(working);
		await server.startMain();
		const start = Date.now();
		const traceOf = ({ id }: SavedWorkflow) =>
			recorder.trace.filter((_line, i) => recorder.calls[i].workflow.id === id);
		if (isVersion1) {
			await recorder.waitFor('create', 3);
			deepEqual(traceOf(kept), ['checkExists trigger/init {}', 'create trigger/init {}']);
			deepEqual(traceOf(quiet), [
				'checkExists trigger/init {"id":"made"}',
				'create trigger/init {"id":"made"}',
			]);
			for (const one of [kept, dropped, quiet]) await n8n.unpublish(one);
			return 'n8n 1 calls checkExists and create at its start, for all of them';
		}
		equal((await send(production(kept)))[0], 200);
		deepEqual(recorder.trace, ['webhook webhook {}'], 'create was called at the start');
		await n8n.unpublish(dropped);
		equal((await n8n.publication(kept)).status, 'published');
		equal((await n8n.publication(quiet)).status, 'not_published');
		const seconds = Math.round((Date.now() - start) / 1000);
		deepEqual(traceOf(dropped), ['delete internal/update {}']);
		deepEqual(traceOf(quiet), ['delete internal/update {"id":"made"}']);
		deepEqual(traceOf(kept), [
			'webhook webhook {}',
			'checkExists trigger/update {}',
			'create trigger/update {}',
		]);
		await n8n.unpublish(kept);
		return `n8n goes on ${seconds} s after its start`;
	});
}
