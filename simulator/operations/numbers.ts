import { invalid, invalidField, Problem } from './errors';
import { renderNumber } from './render';
import { numbersForSale } from '../model/seeds';
import { numberDefaults } from '../model/defaults';
import type { StoredObject } from '../model/objects';
import { withPlus } from '../model/phoneNumbers';
import { keptFields } from '../quirks';
import type { Answer, OperationContext, OperationHandlers } from './context';
import { checkUpdateBody, type Fields, referenceTo } from './crud';
import { pageAnswer } from './paging';

const noSuchNumber = (id: string) => new Problem(404, `Phone number ${id} was not found`);

/** The number that the query names, by the key that the switch numberKey asks for. */
function chosenNumber({ environment, query, switches }: OperationContext): StoredObject {
	const key = switches.numberKey;
	const other = key === 'id' ? 'phone_number' : 'id';
	if (switches.numberKeyBoth === 'refused' && query[other] !== undefined) {
		throw invalid({ in: 'query', field: other, kind: 'extra' });
	}
	if (query[key] === undefined) throw invalid({ in: 'query', field: key, kind: 'missing' });
	const value = String(query[key]);
	const stored = key === 'id' ? environment.numbers.get(value) : environment.findNumber(value);
	if (stored === undefined) throw noSuchNumber(value);
	return stored;
}

function readReferences(context: OperationContext, fields: Fields): Fields {
	const read = { ...fields };
	if (fields.inbound_agent !== undefined) {
		// "default" stands for the account's own default, which has no agent of the environment.
		read.inbound_agent =
			fields.inbound_agent === 'default'
				? null
				: referenceTo(context, 'agents', 'inbound_agent', fields.inbound_agent);
	}
	if (fields.telephony_account_connection !== undefined) {
		read.telephony_account_connection = referenceTo(
			context,
			'accountConnections',
			'telephony_account_connection',
			fields.telephony_account_connection,
		);
	}
	return read;
}

const isTaken = ({ environments }: OperationContext, phoneNumber: string) =>
	[...environments.values()].some((environment) => environment.findNumber(phoneNumber));

const numbersLeft = (context: OperationContext) =>
	numbersForSale.filter((phoneNumber) => !isTaken(context, phoneNumber));

/** A POST on numbers answers the number with ids instead of objects, detach and link aside. */
const changed = (
	context: OperationContext,
	stored: StoredObject,
	references: 'objects' | 'ids' = 'ids',
): Answer => ({
	status: context.switches.successCode,
	body: renderNumber(context, stored, references),
});

/** Takes a number out of the environment. */
function release(context: OperationContext): StoredObject {
	const stored = chosenNumber(context);
	context.environment.numbers.delete(stored.id);
	stored.active = false;
	return stored;
}

export const numberHandlers: OperationHandlers = {
	listNumbers: (context) =>
		pageAnswer(context, context.environment.numbers.values(), (stored) =>
			renderNumber(context, stored, context.switches.listReferences),
		),

	getNumber: (context) => {
		const phoneNumber = String(context.query.phone_number);
		const stored = context.environment.findNumber(phoneNumber);
		if (stored === undefined) throw noSuchNumber(phoneNumber);
		return { status: 200, body: renderNumber(context, stored, 'objects') };
	},

	listAvailableNumbers: (context) => {
		const { environment, query, switches } = context;
		if (switches.filtersRequired && query.filters === undefined) {
			throw invalid({ in: 'query', field: 'filters', kind: 'missing' });
		}
		readReferences(context, {
			telephony_account_connection: query.telephony_account_connection,
		});
		const candidates = numbersLeft(context).map((number) => ({
			...numberDefaults,
			id: `00000000-0000-4000-a000-${number.slice(1).padStart(12, '0')}`,
			user_id: environment.userId,
			number,
			active: false,
			telephony_account_connection: query.telephony_account_connection ?? null,
		}));
		const size = query.limit ?? 10;
		return pageAnswer({ ...context, query: { page: 1, size } }, candidates, (stored) =>
			renderNumber(context, stored, 'objects'),
		);
	},

	buyNumber: (context) => {
		const { area_code, phone_number, ...fields } = context.body;
		const left = numbersLeft(context);
		const number = left.find((candidate) =>
			phone_number === undefined
				? candidate.startsWith(`+1${String(area_code ?? '')}`)
				: candidate === withPlus(String(phone_number)),
		);
		if (number === undefined) {
			throw new Problem(400, 'No such number is available');
		}
		const read = readReferences(context, fields);
		return changed(
			context,
			context.environment.add('numbers', { ...numberDefaults, ...read, number }),
		);
	},

	linkNumber: (context) => {
		const { phone_number, ...fields } = context.body;
		const number = withPlus(String(phone_number));
		if (!/^\+[1-9]\d{6,14}$/.test(number)) {
			throw invalidField('phone_number', 'must be a phone number in E.164');
		}
		if (isTaken(context, number)) throw new Problem(400, `${number} is linked already`);
		const read = readReferences(context, fields);
		const stored = context.environment.add('numbers', { ...numberDefaults, ...read, number });
		return changed(context, stored, 'objects');
	},

	updateNumber: (context) => {
		const stored = chosenNumber(context);
		checkUpdateBody(context, ['label', 'description', 'outbound_only']);
		const fields = readReferences(context, context.body);
		Object.assign(stored, keptFields(fields, context.quirks));
		return changed(context, stored);
	},

	cancelNumber: (context) => changed(context, release(context)),

	detachNumber: (context) => changed(context, release(context), 'objects'),
};
