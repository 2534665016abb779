// expect: THREW ; an array longer than arrays can be
export const f = () => new Array(2 ** 32);
