import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { LARGEST_PAGE } from '../../../shared/api/pageSize';
import type { Choice } from '../../../shared/api/pagination';
import { plainText } from '../../../shared/json';
import { agentsField, directionField, outcomeField } from '../../../shared/parameters/callFilters';
import type { ParameterReader } from '../../../shared/parameters/reader';
import { meets, type CallCriteria } from '../../../shared/records/callCriteria';
import { parseTime } from '../../../shared/records/time';
import { sortedByLabel } from '../../fields/sorted';

const startedAfter: INodeProperties = {
	displayName: 'Started After',
	name: 'startedAfter',
	type: 'dateTime',
	default: '',
	description: 'Only calls that started at this time or later, e.g. 2026-01-31T09:00',
};

const startedBefore: INodeProperties = {
	displayName: 'Started Before',
	name: 'startedBefore',
	type: 'dateTime',
	default: '',
	description: 'Only calls that started before this time, e.g. 2026-02-01',
};

const status: INodeProperties = {
	displayName: 'Status',
	name: 'status',
	type: 'multiOptions',
	options: [
		{ name: 'Ended', value: 'ended' },
		{ name: 'Error', value: 'error' },
		{ name: 'In Progress', value: 'in_progress' },
		{ name: 'Not Started', value: 'not_started' },
	],
	allowArbitraryValues: true,
	default: [],
	description: 'Only calls with one of these statuses',
};

const toNumber: INodeProperties = {
	displayName: 'To Number',
	name: 'toNumber',
	type: 'string',
	default: '',
	placeholder: 'e.g. +14155550123',
	description: 'Only calls to this phone number, e.g. +14155550123',
};

const fromNumber: INodeProperties = {
	displayName: 'From Number',
	name: 'fromNumber',
	type: 'string',
	default: '',
	placeholder: 'e.g. +14155550100',
	description: 'Only calls from this phone number, e.g. +14155550100',
};

export const filtersField: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add Filter',
	default: {},
	options: sortedByLabel([
		agentsField,
		directionField,
		fromNumber,
		outcomeField,
		startedAfter,
		startedBefore,
		status,
		toNumber,
	]),
	description:
		"Which calls to output. Times are in the workflow's time zone. Calls that have not started are left out once a time is set.",
};

/**
 * Reads the filters, which the node applies itself, since the grammar of the API's own is not known
 * (API: listCalls).
 *
 * A period includes its first moment and not its last, so that periods in a row share no call. A call
 * without start_time is in no period, and never a reason to stop reading: it may stand anywhere.
 *
 * @param query of the list request; its sort order tells when to stop.
 * @returns undefined when the user sets no condition, so that no more is read than the limit.
 * @throws NodeOperationError that names the parameter and the item.
 */
export function readCallFilters(
	parameters: ParameterReader,
	query: IDataObject,
): ((call: IDataObject) => Choice) | undefined {
	const filters = parameters.inside(filtersField);
	const agents = filters.list(agentsField);
	const criteria: CallCriteria = {
		...(agents.length > 0 && { agents }),
		...(filters.has(directionField) && {
			direction: filters.choice<'inbound' | 'outbound'>(directionField),
		}),
		outcomes: filters.list(outcomeField),
		toNumber: filters.phoneNumber(toNumber),
		fromNumber: filters.phoneNumber(fromNumber),
	};
	const from = filters.time(startedAfter) ?? -Infinity;
	const to = filters.time(startedBefore) ?? Infinity;
	const isPeriod = from > -Infinity || to < Infinity;
	const statuses = filters.list(status);
	const conditions = [...Object.values(criteria), statuses].flat();
	if (!isPeriod && conditions.every((value) => value === undefined)) return undefined;

	const isByStart = query.sort_column === 'start_time';
	const newestFirst = isByStart && /^true$/i.test(String(query.sort_desc));
	const oldestFirst = isByStart && !newestFirst;

	const isSorted = createOrderCheck(newestFirst);

	return (call) => {
		const start = parseTime(call.start_time) ?? NaN;
		if (isPeriod && Number.isNaN(start)) return 'skip';
		const holds = isSorted(start);
		if (start < from) return newestFirst && holds ? 'stop' : 'skip';
		if (start >= to) return oldestFirst && holds ? 'stop' : 'skip';
		const hasStatus = statuses.length === 0 || statuses.includes(plainText(call.status));
		return hasStatus && meets(call, criteria) ? 'keep' : 'skip';
	};
}

/**
 * Whether a list of calls can be trusted to be sorted by start: it is not known whether every server
 * sorts it (API: listCalls), so one page has to hold the order first.
 */
function createOrderCheck(newestFirst: boolean): (start: number) => boolean {
	let inOrder = 0;
	let previous = newestFirst ? Infinity : -Infinity;
	let holds = true;
	return (start) => {
		holds &&= newestFirst ? start <= previous : start >= previous;
		previous = start;
		return holds && ++inOrder >= LARGEST_PAGE;
	};
}
