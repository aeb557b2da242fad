import { parseArgs } from 'node:util';

import { type Simulator, startSimulator } from './index';
import { scripts } from './model/scripts';
import { environmentNames } from './model/account';
import { parseSwitch, type SwitchName, truths, valuesOf } from './truths';

const usage = `Simulator of the Fluents.ai API

  --port N            port on the loopback address (default 4010, 0 for any free one)
  --truth a|b         which truth of each unconfirmed fact to play (default a)
  --set name=value    one switch that differs, may be repeated
  --latency MS        milliseconds that each request waits
  --call-seconds S    seconds that a call takes (default 6)
  --deliver-anywhere  send events and live requests to other computers too, not only to this one
  --help              this text and the list of switches`;

function switchList(): string {
	const lines = Object.entries(truths).map(
		([name, { fact, about }]) =>
			`  ${name}=${valuesOf(name as SwitchName).join('|')}  (${fact}) ${about}`,
	);
	return ['Switches, truth A first, then truth B:', ...lines].join('\n');
}

/** The text that the terminal shows after the start. */
function welcome({ url, keys }: Simulator): string {
	const width = Math.max(...environmentNames.map((name) => name.length));
	return [
		'Simulator of the Fluents.ai API. Nothing here calls anybody or costs anything.',
		'',
		`  ${url}`,
		'',
		'Environments and their API keys (fake, they open nothing but this simulator):',
		...environmentNames.map((name) => `  ${name.padEnd(width)}  ${keys[name]}`),
		'',
		'In n8n, make a credential "Fluents.ai API" with the environment\'s name, its key and the base URL above.',
		'',
		'The last two digits of the number called decide how a call goes:',
		...scripts.map(({ ending, about }) => `  ..${ending}  ${about}`),
		'  other numbers go like ..01, also ..06 and ..07 when the agent has no external action',
		'',
		'Events of calls are sent to webhooks; add one with the URL of a Webhook node on this computer.',
		'External actions of agents are asked at their URL.',
		'',
		'Ctrl+C ends the simulator.',
	].join('\n');
}

/** A number from the command line. Throws when it is none. */
function numberOf(name: string, text: string): number {
	const value = Number(text);
	if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
		throw new Error(`--${name} must be a number from 0, not "${text}"`);
	}
	return value;
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			port: { type: 'string', default: '4010' },
			truth: { type: 'string', default: 'a' },
			set: { type: 'string', multiple: true, default: [] },
			latency: { type: 'string', default: '0' },
			'call-seconds': { type: 'string', default: '6' },
			'deliver-anywhere': { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) {
		console.log(`${usage}\n\n${switchList()}`);
		return;
	}
	if (values.truth !== 'a' && values.truth !== 'b') {
		throw new Error(`--truth is a or b, not "${values.truth}"`);
	}
	const simulator = await startSimulator({
		port: numberOf('port', values.port),
		truth: values.truth,
		switches: Object.assign({}, ...values.set.map(parseSwitch)),
		latencyMs: numberOf('latency', values.latency),
		callSeconds: numberOf('call-seconds', values['call-seconds']),
		deliverAnywhere: values['deliver-anywhere'],
		log: (line) => console.log(line),
	});
	console.log(`${welcome(simulator)}\n`);
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => void simulator.close());
	}
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
});
