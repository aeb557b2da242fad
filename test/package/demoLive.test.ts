import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { program, root } from '../support/program';

test('npm run demo:live shows a call in which the agent asks twice and says the answers', async () => {
	// It ends with an error code unless both answers were said.
	const { stdout } = await promisify(execFile)(...program('scripts/demo-live.ts'), { cwd: root });
	const lines = stdout.split('\n').map((line) => line.trim());
	expect(lines.filter((line) => /^asks the workflow +\{"date":/.test(line))).toHaveLength(2);
	expect(lines.filter((line) => /^\d+ ms later +\{"booked":"(yes|no)"/.test(line))).toHaveLength(
		2,
	);
	const said = lines.filter((line) => /^\[\d\d:\d\d\] (Agent: |Caller:) \S/.test(line));
	expect(said.map((line) => line.slice(8))).toEqual(
		expect.arrayContaining([
			'Agent:  That time is taken. I could offer you 10:30 or 11:00.',
			'Caller: Then 10:30, please. My name is Anna Berg.',
			'Agent:  I have booked 10:30 for you.',
		]),
	);
}, 60_000);
