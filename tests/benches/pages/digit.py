from benches.digit import main

main()
