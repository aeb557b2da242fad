import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { catchStatus } from '../../../shared/api/errors';
import { createLimiter } from '../../../shared/api/limiter';
import { getRecords, type Choice, type Cut } from '../../../shared/api/pagination';
import type { FluentsTransport } from '../../../shared/api/transport';
import { calls } from '../../../shared/records/call';
import { readOne } from '../../../shared/records/collection';
import { shapeRecord } from '../../../shared/records/shape';
import { limitFields, readLimit } from '../../fields/limit';
import { listOptions, readListQuery, sortField } from '../../fields/list';
import { optionsField, optionsOf } from '../../fields/options';
import {
	readOutputOptions,
	secretsOptions,
	callOutputFields,
	transcriptTurnsFields,
	transcriptTurnsOption,
} from '../../fields/output';
import type { Operation, Run } from '../../operation';
import type { ListParameters } from '../crud';
import { filtersField, readCallFilters } from './filters';

const maxPagesOption: INodeProperties = {
	displayName: 'Max Pages',
	name: 'maxPages',
	type: 'number',
	typeOptions: { minValue: 1, numberPrecision: 0 },
	default: 10,
	description:
		'How many pages of 100 calls to look through at most. The output pane says when there are more.',
};

const readEachOption: INodeProperties = {
	displayName: 'Read Each Call',
	name: 'readEachCall',
	type: 'boolean',
	default: false,
	description:
		'Whether to read each call separately, with one more request each. Only then does the output have answers.',
};

/** Calls that are read at the same time. */
const AT_ONCE = 20;

interface Parameters extends ListParameters {
	choose?: (call: IDataObject) => Choice;
	maxPages?: number;
	readsEach: boolean;
}

export const getAll: Operation<Parameters> = {
	option: {
		name: 'Get Many',
		value: 'getAll',
		action: 'Get many calls',
		description: 'Get many calls, the newest first',
	},
	properties: [
		...limitFields,
		filtersField,
		sortField,
		...callOutputFields,
		optionsField([
			...listOptions,
			...secretsOptions(calls.shape),
			maxPagesOption,
			readEachOption,
			transcriptTurnsOption,
		]),
	],
	output: calls.shape.simple,
	added: { ...calls.shape.added, ...transcriptTurnsFields },
	kind: 'read',
	read(from) {
		const query = readListQuery(from, calls.sort ?? {});
		const options = optionsOf(from);
		return {
			limit: readLimit(from),
			query,
			choose: readCallFilters(from, query),
			output: readOutputOptions(from, calls.shape),
			maxPages: options.has(maxPagesOption) ? options.number(maxPagesOption) : undefined,
			readsEach: options.boolean(readEachOption),
		};
	},
	async execute(run, { readsEach, output, ...wanted }) {
		const { path, shape } = calls;
		const onCut = (why: Cut) => tellOfCut(run, why);
		const listed = await getRecords(run.api, `${path}/list`, { ...wanted, onCut });
		const found = readsEach ? await readEach(run.api, listed) : listed;
		return found.map((call) => ({ json: shapeRecord(call, shape, output) }));
	},
};

/** A call that is deleted meanwhile stays as the list had it. */
async function readEach(api: FluentsTransport, listed: IDataObject[]): Promise<IDataObject[]> {
	const slots = createLimiter(AT_ONCE);
	return await Promise.all(
		listed.map(
			async (call) =>
				await slots(async () => {
					const read = await catchStatus(readOne(api, calls, String(call.id)), ['404']);
					return read.refusal ? call : read.value;
				}),
		),
	);
}

/** Runs that have told that calls were left out. */
const told = new WeakSet<Run>();

const CUT: Record<Cut, string> = {
	maxPages:
		"There are more calls than 'Max Pages' allows to look through, so some that pass the filters may be missing.",
	repeats:
		'Fluents.ai gives the same page of the list again and again, so some calls may be missing.',
};

function tellOfCut(run: Run, why: Cut): void {
	if (told.has(run)) return;
	told.add(run);
	run.context.addExecutionHints?.({
		message: CUT[why],
		location: 'outputPane',
	});
}
