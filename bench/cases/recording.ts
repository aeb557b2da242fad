import { equal } from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import type { INode } from 'n8n-workflow';

import {
	byId,
	chain,
	errorOf,
	fluentsNode,
	manualTrigger,
	outputOf,
	type CredentialReference,
} from '../../e2e/api';
import type { LaunchedWithAccount } from '../../e2e/launch';
import type { Bench } from '../cases';
import { httpRequest, query, timeOf } from '../nodes';

export const name = 'recording';

const BYTES = 200_000_000;

/** One long recording into n8n's storage on disk, each in a process that was started for it. */
export async function run(bench: Bench): Promise<void> {
	const sides = {
		ours: (id: string, _url: string, credential: CredentialReference) =>
			fluentsNode(
				{ resource: 'call', operation: 'getRecording', callId: byId(id) },
				credential,
			),
		theirs: (id: string, url: string, credential: CredentialReference) =>
			httpRequest(
				{
					url: `${url}/calls/recording`,
					...query({ id }),
					options: { response: { response: { responseFormat: 'file' } } },
				},
				credential,
			),
	};
	const times = { ours: [] as number[], theirs: [] as number[] };
	const growths = { ours: [] as number[], theirs: [] as number[] };
	// The same process may grow by half as much or twice as much the next time.
	const pairs = bench.isQuick ? bench.pairs : Math.max(bench.pairs, 5);
	for (let pair = 0; pair < pairs; pair++) {
		for (const side of ['ours', 'theirs'] as const) {
			await bench.onServer(
				{ N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem' },
				async (launched) => {
					const { simulator, credentials } = launched;
					const calls = [...simulator.environment('default').calls.values()];
					const call = calls.find((one) => one.recording_available === true);
					const node = sides[side](String(call?.id), simulator.url, credentials.default);
					const { time, growth } = await measure(launched, node);
					times[side].push(time);
					growths[side].push(growth);
				},
			);
		}
	}
	bench.report({
		what: 'a recording of 200 MB to disk: growth of memory at its peak',
		readme: 'A recording of 200 MB to disk: growth of memory',
		ours: { unit: 'MB', values: growths.ours },
		against: { name: 'HTTP Request', series: { unit: 'MB', values: growths.theirs } },
		most: 1,
	});
	bench.report({
		what: 'the same: time',
		ours: { unit: 'ms', values: times.ours },
		against: { name: 'HTTP Request', series: { unit: 'ms', values: times.theirs } },
		most: 1,
	});
}

async function measure({ n8n, server, simulator }: LaunchedWithAccount, node: INode) {
	const download = async (bytes: number) => {
		simulator.recording.bytes = bytes;
		const execution = await n8n.run(chain(manualTrigger, node));
		equal(execution.status, 'success', errorOf(execution));
		equal(outputOf(execution, node.name)[0].binary?.data.bytes, bytes);
		return timeOf(execution, node.name);
	};
	// Short ones load what any run loads; after the third, the process hardly grows by another one.
	for (let i = 0; i < 3; i++) await download(100_000);
	const pid = Number(server.main?.pid);
	const before = await memory(pid, 'VmRSS');
	// From now on, the kernel keeps the peak from here.
	await writeFile(`/proc/${pid}/clear_refs`, '5');
	const time = await download(BYTES);
	return { time, growth: (await memory(pid, 'VmHWM')) - before };
}

/** MB that Linux says of a process: VmRSS is what it holds now, VmHWM the most it has held. */
async function memory(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
	const status = await readFile(`/proc/${pid}/status`, 'utf8');
	return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1000;
}
