import { spawn } from 'node:child_process';
import { once } from 'node:events';
import axios from 'axios';
import { program, root } from '../support/program';

test('npm run simulator prints its address and keys, answers there, and ends with Ctrl+C', async () => {
	const command = program('simulator/main.ts', '--port', '0', '--truth', 'b');
	const simulator = spawn(...command, { cwd: root });
	let printed = '';
	simulator.stdout.on('data', (text) => (printed += text));
	while (!printed.includes('Ctrl+C')) await once(simulator.stdout, 'data');

	const url = /http:\/\/127\.0\.0\.1:\d+\/v1/.exec(printed)?.[0];
	const key = /staging\s+(\S+)/.exec(printed)?.[1];
	const { data } = await axios.get(`${url}/agents/list?page=1&size=1`, {
		headers: { Authorization: `Bearer ${key}` },
	});
	expect(data.items).toHaveLength(1);

	simulator.kill('SIGINT');
	const [code] = await once(simulator, 'exit');
	expect(code).toBe(0);
}, 60_000);
