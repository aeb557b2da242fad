import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { program, root } from '../support/program';

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
	'%s twice lets what was started end, and the program after it',
	async (signal) => {
		const task = spawn(...program('test/support/interruptedTask.ts'), { cwd: root });
		let printed = '';
		task.stdout.on('data', (text) => (printed += text));
		while (!printed.includes('started')) await once(task.stdout, 'data');
		task.kill(signal);
		while (!printed.includes('ending')) await once(task.stdout, 'data');
		task.kill(signal);
		const [code] = await once(task, 'close');
		expect([code, printed]).toEqual([0, 'started\nending\nended\ninterrupted\n']);
	},
	60_000,
);
