import type { IDataObject } from 'n8n-workflow';

import { namesField, catchStatus, toNodeError } from '../../../shared/api/errors';
import { eachRecord } from '../../../shared/api/pagination';
import type { FluentsTransport } from '../../../shared/api/transport';
import type { ParameterReader } from '../../../shared/parameters/reader';
import { phoneNumberLocator } from '../../fields/locators';
import type { Run } from '../../operation';
import { sameNumber, withPlus } from '../../../shared/phoneNumbers/parse';
import { phoneNumbers } from '../../../shared/records/number';

/** What the user chose a number by. */
export type NumberKey = { number: string } | { id: string };

/** Answers after which it is certain that nothing was changed, and another form may be taken. */
const REFUSED = ['400', '422'];

/** @throws NodeOperationError that names the parameter and the item. */
export function readNumberKey(from: ParameterReader): NumberKey {
	return from.mode(phoneNumberLocator) === 'id'
		? { id: from.id(phoneNumberLocator) }
		: { number: String(from.phoneNumber(phoneNumberLocator)) };
}

/**
 * Finds a number in the list, where its ID and the number itself stand together.
 *
 * @throws NodeApiError with code 404 when the environment does not have it.
 */
export async function findNumber(
	{ api, context }: Run,
	key: NumberKey,
): Promise<{ id: string; number: string }> {
	const isMeant = (record: IDataObject) =>
		'id' in key ? record.id === key.id : sameNumber(record.number, key.number);
	for await (const record of eachRecord(api, `${phoneNumbers.path}/list`)) {
		if (isMeant(record)) return { id: String(record.id), number: withPlus(record.number) };
	}
	const object = `phone number '${'id' in key ? key.id : key.number}'`;
	const missing = { kind: 'answer', status: 404, body: undefined } as const;
	throw toNodeError(context.getNode(), api.credential, missing, { object });
}

interface Change {
	/** What the user has to check when it is not known whether the change was made. */
	ifUnclear: string;
	body?: IDataObject;
	/** Fields that the body may have: a refusal that names one of them is about the body. */
	fields?: string[];
}

/** Of Cancel and Detach, which send the key alone. */
export const release: Change = {
	ifUnclear: 'Check with Get Many whether the phone number is still there.',
};

/** Which of the two the API takes alone, as a run has learned it. */
const takenAlone = new WeakMap<FluentsTransport, 'phone_number' | 'id'>();

/**
 * Sends a change of one number, e.g. `cancel`.
 *
 * Sources disagree whether `phone_number` or `id` tells which number is meant (API: C2), so both are
 * sent. A refusal (400, 422) is followed by a try with one of them: the one that the refusal does not
 * name, or each in turn when it names none. After any other answer nothing is sent again. What worked
 * alone is sent alone in later changes of the run.
 *
 * @param operation last part of the path.
 * @returns the number as the API answers it, with its ID and the number itself in any case.
 * @throws NodeApiError
 */
export async function changeNumber(
	{ api }: Run,
	operation: string,
	{ id, number }: { id: string; number: string },
	{ ifUnclear, body, fields = [] }: Change,
): Promise<IDataObject> {
	const send = async (query: IDataObject) => ({
		id,
		number,
		...(await api.post(`${phoneNumbers.path}/${operation}`, {
			query,
			body,
			object: `phone number ${number}`,
			ifUnclear,
		})),
	});
	const keys = { phone_number: number, id };
	const sendAlone = async (name: keyof typeof keys) => {
		const record = await send({ [name]: keys[name] });
		takenAlone.set(api, name);
		return record;
	};
	const known = takenAlone.get(api);
	if (known) return await sendAlone(known);

	const both = await catchStatus(send(keys), REFUSED);
	if (!both.refusal) return both.value;

	const namesNumber = namesField(both.refusal, 'phone_number');
	const namesId = namesField(both.refusal, 'id');
	if (namesNumber !== namesId) return await sendAlone(namesNumber ? 'id' : 'phone_number');
	if (fields.some((field) => namesField(both.refusal, field))) throw both.refusal;
	for (const name of ['phone_number', 'id'] as const) {
		const single = await catchStatus(sendAlone(name), REFUSED);
		if (!single.refusal) return single.value;
	}
	throw both.refusal;
}
