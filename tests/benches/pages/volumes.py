from benches.volumes import main

main()
