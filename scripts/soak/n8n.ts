import { Engine, Tables, type RunOptions, type Table, type WorkflowJson } from '../../engine';
import { setClock, startClock } from './clock';

/** What this process is told: to play a round of a workflow. */
export interface Round {
	number: number;
	workflow: WorkflowJson;
	credentials: RunOptions['credentials'];
	/** How often faster time passes. */
	speed: number;
	/** Milliseconds since 1970; undefined while another round is played. */
	now?: number;
	/** The Data Tables as they are, for the first round. */
	tables: Record<string, Table>;
}

/** What this process tells: that the tables have changed, or that a round is over. */
export type News = { tables: Record<string, Table> } | { over: number; error?: string };

/** An n8n of its own, which may be killed at any time. Whoever has started it keeps its Data Tables. */
const tell = (news: News) => process.send?.(news);

let engine: Promise<Engine> | undefined;

async function load({ speed, tables }: Round): Promise<Engine> {
	startClock(speed);
	const loaded = await Engine.load();
	loaded.tables = new Tables(tables, (changed) => tell({ tables: changed }));
	return loaded;
}

async function play(round: Round): Promise<void> {
	const { workflow, credentials, now } = round;
	const loaded = await (engine ??= load(round));
	if (now !== undefined) setClock(now);
	const { data } = await loaded.run(workflow, { credentials });
	tell({ over: round.number, error: data.resultData.error?.message });
}

process.on('message', (round: Round) => {
	play(round).catch((error: Error) => tell({ over: round.number, error: error.stack }));
});
