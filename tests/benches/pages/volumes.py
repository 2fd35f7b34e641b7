from benches.volumes import main
from cnnviz.ui.component import scripts

main()
scripts()
