// The names of Node that the scripts of this folder use.
export default { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly' };
