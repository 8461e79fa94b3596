// Prints the variables of a file as `dotenv` reads them, as JSON.
import { readFileSync } from 'node:fs'
import dotenv from 'dotenv'

console.log(JSON.stringify(dotenv.parse(readFileSync(process.argv[2]))))
