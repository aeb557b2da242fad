import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import axios from 'axios';
import express, { type Response } from 'express';

import { toActionAnswer } from '../../nodes/shared/liveAnswer';
import { holdAnswer } from '../../nodes/FluentsAiLiveTrigger/heldAnswer';

let server: Server;
let act: (response: Response) => unknown;

beforeEach(async () => {
	const app = express().get('/', async (_request, response) => {
		holdAnswer(response as never, 300, { fallback: true }, toActionAnswer);
		await act(response);
	});
	server = createServer(app).listen(0, '127.0.0.1');
	await once(server, 'listening');
});

afterEach(() => {
	server.closeAllConnections();
	server.close();
});

/** Holds a request, lets n8n do something, and gives what the agent gets. */
async function held(doing: typeof act): Promise<unknown> {
	act = doing;
	const { port } = server.address() as AddressInfo;
	const { data, status, headers } = await axios.get(`http://127.0.0.1:${port}`);
	expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
	return data;
}

const answer = { result: { a: 1 } };
const fallback = { fallback: true };

test.each<[string, typeof act, unknown]>([
	['answers', (res) => res.status(200).json({ a: 1 }), answer],
	[
		'answers with headers',
		(res) =>
			void (
				res.setHeaders(new Map([['x-a', 'b']])),
				res.header('x-b', 'c').setHeader('c', 'd').json({ a: 1 })
			),
		answer,
	],
	[
		'ends before it answers',
		(res) => void (res.end(), res.status(200).json({ a: 1 }), res.end()),
		answer,
	],
	[
		'ends a while before it answers',
		async (res) => void (res.end(), await pause(50), res.json({ a: 1 })),
		answer,
	],
	['answers with text', (res) => res.send('{"a":1}'), answer],
	['answers with bytes', (res) => res.status(200).end(Buffer.from('{"a":1}')), answer],
	['answers twice', (res) => void (res.json({ a: 1 }), res.end(), res.json({ a: 2 })), answer],
	[
		'answers, and fails then',
		(res) => void (res.json({ a: 1 }), res.status(500).json({ message: 'Error in workflow' })),
		answer,
	],
	['fails', (res) => res.status(500).json({ message: 'Error in workflow' }), fallback],
	[
		'fails, and answers then',
		(res) => void (res.status(500).json({}), res.status(200).json({ a: 1 })),
		fallback,
	],
	['is silent', (res) => res.status(200).json(undefined), fallback],
	['is silent without a status', (res) => void (res.json(undefined), res.end()), fallback],
	['only ends', (res) => res.end(), fallback],
	[
		'pipes a file',
		(res) => void (res.write(Buffer.from('RIFF')), res.write('x'), res.end()),
		fallback,
	],
	['never does anything', () => {}, fallback],
	[
		'answers too late',
		async (res) => void (await pause(350), res.status(200).json({ a: 1 }), res.end()),
		fallback,
	],
])('when n8n %s', async (_what, doing, expected) => {
	expect(await held(doing)).toEqual(expected);
});

test('the way to send that something has put on the response is used', async () => {
	const sent: string[] = [];
	act = () => {};
	const app = express().get('/', (_request, response) => {
		const { end } = response;
		// As compression does.
		response.end = ((...parameters: Parameters<typeof end>) => {
			sent.push(String(parameters[0]));
			return end.apply(response, parameters);
		}) as typeof end;
		holdAnswer(response as never, 300, fallback, toActionAnswer);
		response.json({ a: 1 });
	});
	server.removeAllListeners('request').on('request', app);
	expect(await held(() => {})).toEqual(answer);
	expect(sent).toEqual([JSON.stringify(answer)]);
});
