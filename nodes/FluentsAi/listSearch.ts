import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { connect } from '../shared/connect';
import { getPage } from '../shared/pagination';
import { toIsoTime } from '../shared/time';
import { agents } from './resources/agent/collection';
import { calls } from './resources/call/collection';
import type { Collection } from './resources/crud';
import { phoneNumbers } from './resources/phoneNumber/collection';

/** Pages that one search reads before it shows what it found; scrolling down in the list reads on. */
const PAGES_PER_SEARCH = 10;

interface Entry {
	name: string;
	value: string;
}

type ListSearch = (
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
) => Promise<INodeListSearchResult>;

/**
 * The API has no text search (its filter grammar is unknown), so what the user types is looked for
 * here, in the label of each entry.
 */
function searchIn(collection: Collection, toEntry: (record: IDataObject) => Entry): ListSearch {
	return async function (filter = '', paginationToken = '1') {
		const api = await connect(this);
		const wanted = filter.trim().toLowerCase();
		const results: Entry[] = [];
		const first = Number(paginationToken);

		for (let page = first; ; page++) {
			const { items, hasMore } = await getPage(
				api,
				`${collection.path}/list`,
				collection.sort ?? {},
				page,
			);
			results.push(
				...items.map(toEntry).filter(({ name }) => name.toLowerCase().includes(wanted)),
			);
			if (!hasMore || items.length === 0) return { results };
			const enough = wanted === '' || page - first + 1 === PAGES_PER_SEARCH;
			if (enough) return { results, paginationToken: String(page + 1) };
		}
	};
}

export const listSearch = {
	searchAgents: searchIn(agents, ({ id, name, label }) => ({
		name: String(name || label || id),
		value: String(id),
	})),

	searchCalls: searchIn(calls, ({ id, to_number: to, start_time: start, status }) => ({
		name: [to, toIsoTime(start), status].filter(Boolean).join(' - '),
		value: String(id),
	})),

	searchPhoneNumbers: searchIn(phoneNumbers, ({ number, label, active }) => ({
		name: `${String(number)}${label ? ` (${String(label)})` : ''}${active === false ? ' - inactive' : ''}`,
		value: String(number),
	})),
};
