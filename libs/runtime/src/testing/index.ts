export { TEST_AUTHORITY, TEST_CLIENT, TEST_SERVER } from './test-certificates.js';
