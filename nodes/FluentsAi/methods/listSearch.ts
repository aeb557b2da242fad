import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodePropertyOptions,
} from 'n8n-workflow';

import { connect } from '../../shared/api/connect';
import { maskSecrets } from '../../shared/masking';
import { getPage } from '../../shared/api/pagination';
import { toIsoTime } from '../../shared/records/time';
import { typeName } from '../fields/common';
import { toText } from '../../shared/parameters/convert';
import { accountConnections } from '../../shared/records/accountConnection';
import { accountConnectionTypes } from '../resources/accountConnection/fields';
import { actions } from '../../shared/records/action';
import { actionTypes } from '../resources/action/fields';
import { agentName, agents } from '../../shared/records/agent';
import { calls } from '../../shared/records/call';
import type { Collection } from '../../shared/records/collection';
import { phoneNumbers } from '../../shared/records/number';
import { prompts } from '../../shared/records/prompt';
import { voices } from '../../shared/records/voice';
import { voiceTypes } from '../resources/voice/fields';
import { webhooks } from '../../shared/records/webhook';

/** Pages that one search reads before it shows what it found; scrolling down in the list reads on. */
const PAGES_PER_SEARCH = 10;

/** Of a prompt without a label, the list shows the start of its text. */
const LONGEST_EXCERPT = 60;

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

/** Objects of which many can have the same label are told apart by a second text. */
export const labelled =
	(detail: string, types: INodePropertyOptions[] = []) =>
	({ id, label, [detail]: more }: IDataObject): Entry => ({
		name: [label || id, typeName(types, more)].filter(Boolean).join(' - '),
		value: String(id),
	});

export const listSearch = {
	searchAccountConnections: searchIn(
		accountConnections,
		labelled('type', accountConnectionTypes),
	),

	searchActions: searchIn(actions, labelled('type', actionTypes)),

	searchAgents: searchIn(agents, (agent) => ({
		name: agentName(agent),
		value: String(agent.id),
	})),

	searchCalls: searchIn(calls, ({ id, to_number: to, start_time: start, status }) => ({
		name: [to, toIsoTime(start), status].filter(Boolean).join(' - '),
		value: String(id),
	})),

	searchPhoneNumbers: searchIn(phoneNumbers, ({ number, label, active }) => ({
		name: `${String(number)}${label ? ` (${String(label)})` : ''}${active === false ? ' - inactive' : ''}`,
		value: String(number),
	})),

	searchPrompts: searchIn(prompts, ({ id, label, content }) => ({
		name: String(label || toText(content).slice(0, LONGEST_EXCERPT) || id),
		value: String(id),
	})),

	searchVoices: searchIn(voices, labelled('type', voiceTypes)),

	searchWebhooks: searchIn(webhooks, (webhook) => labelled('url')(maskSecrets(webhook))),
};
