import { organizationList, percentage, strictObject } from '../../http/validation/fields.js';

/** All three, always: a list that was left out could mean "as before" or "none". */
export const changeRolloutRequest = strictObject({
  percentage: percentage.describe(
    'An organization is in when its stable hash falls below it; raising it only ever adds.',
  ),
  include: organizationList.describe('Organizations that are in, whatever the percentage.'),
  exclude: organizationList.describe('Organizations that are out, whatever else says otherwise.'),
});
