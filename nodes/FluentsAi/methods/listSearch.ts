import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodePropertyOptions,
} from 'n8n-workflow';

import { connect } from '../../shared/api/connect';
import { plainText } from '../../shared/json';
import { maskSecrets } from '../../shared/masking';
import { getPage } from '../../shared/api/pagination';
import { toIsoTime } from '../../shared/records/time';
import { typeName } from '../fields/common';
import { toText } from '../../shared/parameters/convert';
import { accountConnections } from '../../shared/records/accountConnection';
import { accountConnectionTypes } from '../resources/accountConnection/fields';
import { actions } from '../../shared/records/action';
import { actionTypes } from '../resources/action/fields';
import { agentOption, agents } from '../../shared/records/agent';
import { calls } from '../../shared/records/call';
import type { Collection } from '../../shared/records/collection';
import { outcomeOf } from '../../shared/records/outcome';
import { toldApart } from '../../shared/records/options';
import { withPlus, digitsOf } from '../../shared/phoneNumbers/parse';
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

/** What people type to find a number: digits, with what they write between them. */
const PHONE_NUMBER = /^[\d\s+().\-/]*\d[\d\s+().\-/]*$/;

/** Characters of an ID from which on entries are found by it; fewer would fit by chance. */
const SHORTEST_ID = 8;

/** Whether an entry is what the user looks for: by its name, by its ID, or by the number it begins with. */
function matcher(filter: string): (entry: Entry) => boolean {
	const wanted = filter.trim().toLowerCase();
	const digits = PHONE_NUMBER.test(wanted) ? digitsOf(wanted) : '';
	return ({ name, value }) => {
		const [number = ''] = /^\+\d+/.exec(name) ?? [];
		return (
			name.toLowerCase().includes(wanted) ||
			(wanted.length >= SHORTEST_ID && value.toLowerCase().startsWith(wanted)) ||
			(digits !== '' && number.includes(digits))
		);
	};
}

/**
 * The API has no text search (its filter grammar is unknown), so what the user types is looked for
 * here, in each entry.
 */
function searchIn(collection: Collection, toEntry: (record: IDataObject) => Entry): ListSearch {
	return async function (filter = '', paginationToken = '1') {
		const api = await connect(this);
		const isWanted = matcher(filter);
		const results: Entry[] = [];
		const first = Number(paginationToken);

		for (let page = first; ; page++) {
			const { items, hasMore } = await getPage(
				api,
				`${collection.path}/list`,
				collection.sort ?? {},
				page,
			);
			results.push(...items.map(toEntry).filter(isWanted));
			const isLast = !hasMore || items.length === 0;
			const isEnough = filter.trim() === '' || page - first + 1 === PAGES_PER_SEARCH;
			if (!isLast && !isEnough) continue;
			return {
				results: toldApart(results),
				...(!isLast && { paginationToken: String(page + 1) }),
			};
		}
	};
}

/** Objects of which many can have the same label are told apart by a second text. */
export const labelled =
	(detail: string, types: INodePropertyOptions[] = []) =>
	({ id, label, [detail]: more }: IDataObject): Entry => ({
		name: [plainText(label) || id, plainText(typeName(types, more))]
			.filter(Boolean)
			.join(' - '),
		value: String(id),
	});

/** As people read it, to the minute. */
const shortTime = (time: unknown) =>
	toText(toIsoTime(time)).replace(/^(.{10})T(.{5}).*Z$/, '$1 $2 UTC');

export const listSearch = {
	searchAccountConnections: searchIn(
		accountConnections,
		labelled('type', accountConnectionTypes),
	),

	searchActions: searchIn(actions, labelled('type', actionTypes)),

	searchAgents: searchIn(agents, agentOption),

	searchCalls: searchIn(calls, (call) => ({
		name: [
			withPlus(call.to_number),
			shortTime(call.start_time),
			outcomeOf(call).outcome.replaceAll('_', ' '),
			call.recording_available === true && 'recording',
		]
			.filter(Boolean)
			.join(' - '),
		value: String(call.id),
	})),

	searchPhoneNumbers: searchIn(phoneNumbers, ({ number, label, active }) => ({
		name: `${withPlus(number)}${plainText(label) && ` (${plainText(label)})`}${active === false ? ' - inactive' : ''}`,
		value: withPlus(number),
	})),

	searchPrompts: searchIn(prompts, ({ id, label, content }) => ({
		name: plainText(label) || toText(content).slice(0, LONGEST_EXCERPT) || plainText(id),
		value: String(id),
	})),

	searchVoices: searchIn(voices, labelled('type', voiceTypes)),

	searchWebhooks: searchIn(webhooks, (webhook) => labelled('url')(maskSecrets(webhook))),
};
