export {
  GRANTS,
  OPERATIONS,
  OWN_ORGANIZATION,
  OWN_PROJECT,
  ROLES,
  expectedVerdict,
} from './access-matrix.js';
