import { setTimeout as sleep } from 'node:timers/promises';

import { untilInterrupted } from '../../e2e/untilInterrupted';

/** Runs until it is interrupted, and takes half a second to end. */
void untilInterrupted(async (closing) => {
	closing.push(async () => {
		console.log('ending');
		await sleep(500);
		console.log('ended');
	});
	console.log('started');
	await sleep(60_000);
}).then((wasInterrupted) => {
	console.log(wasInterrupted ? 'interrupted' : 'done');
	process.exit();
});
