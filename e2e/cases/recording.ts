import { equal, ok } from 'node:assert/strict';

import { byId, chain, errorOf, fluentsNode, manualTrigger, outputOf } from '../api';
import { check, type Case } from '../case';

/** A recording becomes binary data that n8n stores and gives out again, byte by byte. */
export default {
	setUp: async (context) => await Promise.resolve(context),
	checks: [
		check('a recording of 5 MB is stored as it is', async ({ n8n, simulator, credentials }) => {
			const calls = [...simulator.environment('default').calls.values()];
			const call = calls.find(({ recording_available: available }) => available === true);
			ok(call, 'The simulator has no call with a recording');
			simulator.recording.bytes = 5_000_000;
			const execution = await n8n.run(
				chain(
					manualTrigger,
					fluentsNode(
						{
							resource: 'call',
							operation: 'getRecording',
							callId: byId(call.id),
							binaryPropertyName: 'data',
							options: { fileName: 'the-call.mp3' },
						},
						credentials.default,
					),
				),
			);
			equal(execution.status, 'success', errorOf(execution));
			const { data } = outputOf(execution, 'Fluents.ai')[0].binary ?? {};
			ok(data, 'The item has no binary data');
			equal(data.mimeType, 'audio/mpeg');
			equal(data.fileName, 'the-call.mp3');
			const original = await fetch(`${simulator.url}/calls/recording?id=${call.id}`, {
				headers: { authorization: `Bearer ${simulator.keys.default}` },
			});
			const stored = await n8n.binary(data);
			ok(stored.equals(Buffer.from(await original.arrayBuffer())), 'The bytes differ');
			return `${data.fileSize}, kept as ${data.id?.split(':')[0] ?? 'part of the item'}`;
		}),
	],
} satisfies Case;
