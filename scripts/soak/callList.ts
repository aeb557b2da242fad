import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { IDataObject, INode } from 'n8n-workflow';

import type { Table, WorkflowJson } from '../../engine';
import { fictionalNumber, scripts, startSimulator, type StoredCall } from '../../simulator';
import { setClock, startClock } from './clock';
import { addRandomFaults } from './faults';
import type { News, Round } from './n8n';

const HOUR = 3_600_000;
const SPEED = 60;

/** A Monday, in hours of which somebody may be called nearly all the time. */
const START = Date.parse('2026-03-09T00:00:00Z');

const LIST = 'Call list';

/** How the calls to somebody go, by the names of the simulator's scripts; the last one repeats itself. */
const plans = [
	['answered'],
	['unanswered', 'answered'],
	['busy', 'voicemail', 'answered'],
	['unanswered'],
	['do not call'],
	['voicemail', 'do not call'],
	['did not connect', 'error', 'unanswered'],
	['busy', 'transferred'],
];

/** After these, nobody is to be called again. */
const last = new Set(['answered', 'transferred', 'do not call']);

/** What the list may say of a call. */
const outcomes: Record<string, string[]> = {
	answered: ['answered'],
	'do not call': ['answered'],
	transferred: ['transferred'],
	unanswered: ['no_answer'],
	voicemail: ['voicemail'],
	'did not connect': ['not_connected'],
	error: ['failed'],
	busy: ['busy', 'not_connected', 'failed'],
};

/** Of the area codes of the numbers below. Where a row has no time zone, that of the number counts. */
const zones = ['America/New_York', 'America/Chicago', 'America/Los_Angeles', ''];
const ZONE_OF_NUMBERS = 'America/New_York';

interface Person {
	phone: string;
	plan: string[];
	zone: string;
	/** Milliseconds since 1970, key and script of each call. */
	calls: Array<{ at: number; key: string; script: string }>;
}

export interface CampaignOptions {
	truth: 'a' | 'b';
	seed: number;
	/** Of the requests that meet a fault, from 0 to 1. */
	faults: number;
	days: number;
}

export interface CampaignVerdict {
	rounds: number;
	kills: number;
	people: number;
	calls: number;
	/** What is wrong, one line each. */
	complaints: string[];
}

/**
 * Plays days of the example of a call list, hour by hour, in a process that is killed twice: while it
 * places calls, and while it writes what came of them.
 */
export async function playCampaign(options: CampaignOptions): Promise<CampaignVerdict> {
	startClock(SPEED);
	const simulator = await startSimulator({ truth: options.truth, callSeconds: 60 });
	addRandomFaults(simulator, options);
	const people = Array.from({ length: 24 }, (_, i): Person => {
		const plan = plans[i % plans.length];
		// All of one area code, those that the random trials leave alone.
		const phone = fictionalNumber(4_100 + i);
		return { phone, plan, zone: zones[Math.floor(i / 2) % zones.length], calls: [] };
	});
	simulator.scriptOf = (call) => noteCall(people, call);
	const workflow = readCallList();
	const n8n = new MortalN8n({
		workflow,
		credentials: {
			fluentsAiApi: {
				environment: 'default',
				apiKey: simulator.keys.default,
				baseUrl: simulator.url,
			},
		},
		speed: SPEED,
		tables: { [LIST]: tableOf(workflow, people) },
	});
	const half = Math.floor(people.length / 2);
	let dials = 0;
	simulator.onRequest = ({ operationId }) => {
		if (operationId === 'createCall' && ++dials === half) n8n.kill();
	};
	const failures: string[] = [];
	for (let hour = 0; hour < options.days * 24; hour++) {
		const now = START + hour * HOUR;
		setClock(now);
		// Once half of the people have been called, it dies while it writes that.
		if (n8n.kills === 1) n8n.dieAtChange ??= n8n.changes + 3;
		// One round of each day begins while the one before goes on.
		const overlaps = hour % 24 === 17;
		const played = await Promise.all([n8n.play(now), ...(overlaps ? [n8n.play()] : [])]);
		failures.push(...played.flatMap((error) => error ?? []));
	}
	n8n.end();
	await simulator.close();
	const { rows } = n8n.tables[LIST];
	return {
		rounds: n8n.rounds,
		kills: n8n.kills,
		people: people.length,
		calls: people.reduce((sum, { calls }) => sum + calls.length, 0),
		complaints: [
			...failures,
			...(n8n.kills < 2 ? [`It was killed ${n8n.kills} times, not twice`] : []),
			...people.flatMap((person, i) =>
				complaintsAbout(person, rows[i]).map(
					(complaint) => `${person.phone}: ${complaint}`,
				),
			),
		],
	};
}

/** A process that plays rounds, and is started again after its death. Its Data Tables survive it. */
class MortalN8n {
	kills = 0;
	/** How often the tables have changed. */
	changes = 0;
	/** It dies when they have so often. */
	dieAtChange: number | undefined;
	tables: Record<string, Table>;
	rounds = 0;
	private child: ChildProcess | undefined;
	/** Rounds that are being played, by their numbers. */
	private readonly open = new Map<number, (error?: string) => void>();

	constructor(private readonly round: Omit<Round, 'number'>) {
		this.tables = round.tables;
	}

	/**
	 * Plays a round to its end, or to the end of the process.
	 *
	 * @param now undefined while another one is played.
	 * @returns what made it fail, other than that.
	 */
	async play(now?: number): Promise<string | undefined> {
		this.child ??= this.start();
		const number = ++this.rounds;
		const over = new Promise<string | undefined>((resolve) => this.open.set(number, resolve));
		this.child.send({ ...this.round, number, tables: this.tables, now } satisfies Round);
		return await over;
	}

	kill(): void {
		this.kills++;
		this.end();
	}

	end(): void {
		this.child?.kill('SIGKILL');
		this.child = undefined;
	}

	private start(): ChildProcess {
		const child = fork(resolve(__dirname, 'n8n.ts'));
		child.on('message', (news: News) => {
			if (child !== this.child) return;
			if ('over' in news) return this.close(news.over, news.error);
			this.tables = news.tables;
			if (++this.changes === this.dieAtChange) this.kill();
		});
		child.on('exit', () => {
			for (const number of this.open.keys()) this.close(number);
			if (child === this.child) this.child = undefined;
		});
		return child;
	}

	private close(round: number, error?: string): void {
		this.open.get(round)?.(error);
		this.open.delete(round);
	}
}

/** The example as somebody sets it up, without the part that fills the table. */
function readCallList(): WorkflowJson {
	const file = resolve(__dirname, '../../examples/call-list.json');
	const json = JSON.parse(readFileSync(file, 'utf8')) as WorkflowJson;
	const nodes = json.nodes
		.filter(({ id }) => id !== 'trigger')
		.map((node): INode => {
			if (!node.credentials) return node;
			// Of a request that hangs. It passes on the real clock.
			const options = { ...(node.parameters.options as IDataObject), timeout: 500 };
			return { ...node, parameters: { ...node.parameters, options } as INode['parameters'] };
		});
	return { ...json, nodes };
}

function tableOf({ nodes }: WorkflowJson, people: Person[]): Table {
	const { columns } = nodes.find(({ id }) => id === 'table')!.parameters as {
		columns: { column: Array<{ name: string }> };
	};
	const names = columns.column.map(({ name }) => name);
	const empty = Object.fromEntries(names.map((name) => [name, null]));
	const rows = people.map(({ phone, zone }, i) => {
		return { id: i + 1, ...empty, phone, name: `Person ${i + 1}`, time_zone: zone };
	});
	return { columns: names, rows };
}

/** @returns how a call goes that somebody gets now. */
function noteCall(people: Person[], { to_number: to, context }: StoredCall) {
	const person = people.find(({ phone }) => phone === to);
	if (!person) return undefined;
	const { plan, calls } = person;
	const script = plan[Math.min(calls.length, plan.length - 1)];
	const key = String((context as IDataObject).n8n_call_key);
	calls.push({ at: Date.now(), key, script });
	return scripts.find(({ name }) => name === script);
}

/** What is wrong with the calls to somebody, and with their row. */
function complaintsAbout({ zone, calls }: Person, row: IDataObject): string[] {
	const keys = new Set(calls.map(({ key }) => key));
	const end = calls.findIndex(({ script }) => last.has(script));
	const attempts = Number(row.attempts ?? 0);
	const known = calls[attempts - 1];
	const isOpen = attempts === calls.length - 1 && row.note !== null;
	return [
		...(keys.size < calls.length ? [`${calls.length} calls in ${keys.size} attempts`] : []),
		...(calls.length > 3 ? [`${calls.length} attempts`] : []),
		...(calls.length === 0 ? ['was not called'] : []),
		...(end >= 0 && end < calls.length - 1 ? ['was called after an answer'] : []),
		...calls.flatMap(({ at }) =>
			isInHours(at, zone) ? [] : [`was called at ${hourIn(at, zone)}`],
		),
		...(attempts === calls.length || isOpen || row.do_not_call
			? []
			: [`${calls.length} calls, but ${JSON.stringify(row)}`]),
		...(known && !outcomes[known.script].includes(String(row.outcome))
			? [`${known.script}, but ${JSON.stringify(row)}`]
			: []),
	];
}

const hourIn = (at: number, zone: string) =>
	new Date(at).toLocaleString('en-GB', {
		timeZone: zone || ZONE_OF_NUMBERS,
		...({ weekday: 'short', hour: '2-digit', minute: '2-digit' } as const),
	});

function isInHours(at: number, zone: string): boolean {
	const [, day, hour] = /^(\w+),? (\d\d):/.exec(hourIn(at, zone)) ?? [];
	return !/Sat|Sun/.test(day) && Number(hour) >= 9 && Number(hour) < 18;
}
