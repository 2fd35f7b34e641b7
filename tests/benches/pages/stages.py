from benches.stages import main

main()
