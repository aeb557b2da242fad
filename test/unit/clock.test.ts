import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import axios from 'axios';

import { clock } from '../support/clock';

const SECOND = 1000;

/** The time on another clock, which cannot be changed. */
const stopwatch = () => {
	const start = performance.now();
	return () => performance.now() - start;
};

const sleep = async (milliseconds: number) =>
	await new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

beforeEach(() => clock.start([globalThis]));
afterEach(() => clock.stop());

test('a pause in which nothing happens is over at once, and has taken its time', async () => {
	const passed = stopwatch();
	const start = Date.now();
	await sleep(30 * SECOND);
	expect(passed()).toBeLessThan(5 * SECOND);
	expect(Date.now() - start).toBeGreaterThanOrEqual(30 * SECOND);
	expect(new Date().getTime() - start).toBeGreaterThanOrEqual(30 * SECOND);
});

test('pauses end in the order of their times, whenever they began', async () => {
	const ended: number[] = [];
	await Promise.all(
		[9, 3, 6, 3.5].map(async (seconds) => {
			await sleep(seconds * SECOND);
			ended.push(seconds);
			await sleep(1 * SECOND);
			ended.push(seconds + 1);
		}),
	);
	expect(ended).toEqual([3, 3.5, 4, 4.5, 6, 7, 9, 10]);
});

test('what is cleared does not run, and does not move the clock', async () => {
	const run = jest.fn();
	const start = Date.now();
	clearTimeout(setTimeout(run, 20 * SECOND));
	await sleep(1 * SECOND);
	expect(run).not.toHaveBeenCalled();
	expect(Date.now() - start).toBeLessThan(20 * SECOND);
});

test('a pause of more than a minute is not skipped', async () => {
	const run = jest.fn();
	const timer = setTimeout(run, 61 * SECOND);
	await sleep(5 * SECOND);
	const start = Date.now();
	const passed = stopwatch();
	await new Promise((resolve) => AbortSignal.timeout(100).addEventListener('abort', resolve));
	expect(run).not.toHaveBeenCalled();
	expect(Math.abs(Date.now() - start - passed())).toBeLessThan(50);
	clearTimeout(timer);
});

test('no time is skipped while a request is open', async () => {
	const server = createServer((_request, response) => {
		AbortSignal.timeout(200).addEventListener('abort', () => response.end());
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	const run = jest.fn();
	const timer = setTimeout(run, 30 * SECOND);
	await axios.get(`http://127.0.0.1:${port}/`);
	expect(run).not.toHaveBeenCalled();
	clearTimeout(timer);
	server.close();
	server.closeAllConnections();
});

test('a time that is given stays as it is', () => {
	expect(new Date(0).toISOString()).toBe('1970-01-01T00:00:00.000Z');
	expect(new Date()).toBeInstanceOf(Date);
	expect(Date.parse('1970-01-01T00:00:01Z')).toBe(1000);
});

test('what still waits when the time is given back goes on by it', async () => {
	const waiting = sleep(50);
	clock.stop();
	await expect(waiting).resolves.toBeUndefined();
});
